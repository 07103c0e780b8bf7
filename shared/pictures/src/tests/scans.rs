//! How the scans of a JPEG may be cut into pieces, and what is refused of that.

use super::files::jpeg_segment;
use super::process;
use super::samples::sample;
use crate::{Flaw, jpeg};

const SIDE: u16 = 512;

/// A scan of a progressive picture of one colour: the end of all blocks for each 16,384 of them.
fn details(component: u8, first: u8, last: u8) -> Vec<u8> {
    [jpeg_segment(0xda, &[1, component, 0, first, last, 0]), vec![0; 2]].concat()
}

/// A progressive picture of three components and of one colour, with these scans of details.
fn progressive(scans: &[Vec<u8>]) -> Vec<u8> {
    let sides = SIDE.to_be_bytes();
    let frame = [&[8][..], &sides, &sides, &[3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]].concat();
    let code = |kind: u8, symbol: u8| jpeg_segment(0xc4, &[&[kind, 1][..], &[0; 15], &[symbol]].concat());
    let blocks = usize::from(SIDE / 8).pow(2);
    let mut file = [&[0xff, 0xd8][..], &jpeg_segment(0xdb, &[&[0][..], &[1; 64]].concat())].concat();
    file.extend([jpeg_segment(0xc2, &frame), code(0, 0), code(0x10, 0xe0)].concat());
    file.extend(jpeg_segment(0xda, &[3, 1, 0, 2, 0, 3, 0, 0, 0, 0]));
    file.extend(vec![0; (blocks * 3).div_ceil(8)]);
    file.extend(scans.concat());
    file.extend([0xff, 0xd9]);
    file
}

/// Where the restart markers of a file are, and the end of its scan.
fn restarts(file: &[u8]) -> Vec<usize> {
    let markers = file.windows(2).enumerate().filter(|(_, two)| two[0] == 0xff && matches!(two[1], 0xd0..=0xd7 | 0xd9));
    markers.map(|(at, _)| at).collect()
}

#[test]
fn scripts_may_have_a_scan_for_every_value_and_none_for_the_details_of_colours() {
    let every: Vec<_> = (1..=3).flat_map(|component| (1..=63).map(move |at| details(component, at, at))).collect();
    assert!(process(&progressive(&every)).is_ok(), "{} scans", every.len());
    assert!(process(&progressive(&every[..63])).is_ok(), "no details of colours");
    for missing in [0, 62, 64, 126, 188] {
        assert_eq!(process(&progressive(&every[..missing])).err(), Some(Flaw::Damaged), "{missing} scans");
    }
}

#[test]
fn scans_are_not_so_many_that_they_take_long() {
    let whole: Vec<_> = (1..=3).map(|component| details(component, 1, 63)).collect();
    let again = vec![whole[0].clone(); 12_000];
    assert!(process(&progressive(&[&whole[..], &again[..100]].concat())).is_ok());
    assert_eq!(process(&progressive(&[whole, again].concat())).err(), Some(Flaw::Damaged));
}

#[test]
fn intervals_that_were_swapped_or_lost_are_noticed() {
    let file = sample("restarts.jpg");
    let at = restarts(file);
    assert!(at.len() > 3, "{at:?}");
    let [head, first, second, rest] = [&file[..at[0]], &file[at[0]..at[1]], &file[at[1]..at[2]], &file[at[2]..]];
    assert_eq!([head, first, second, rest].concat(), file);
    assert_eq!(process(&[head, second, first, rest].concat()).err(), Some(Flaw::Damaged));
    assert_eq!(process(&[head, second, rest].concat()).err(), Some(Flaw::Damaged));
}

#[test]
fn fill_bytes_may_stand_before_every_marker() {
    let file = sample("restarts.jpg");
    let mut filled = file.to_vec();
    for at in restarts(file).into_iter().rev() {
        filled.splice(at..at, [0xff; 3]);
    }
    let decoded = |file: &[u8]| jpeg::decode(file, 48).unwrap().picture.rgb;
    assert!(decoded(&filled) == decoded(file));
    let end = file.len() - 2;
    let odd = [&file[..end], &[0xff, 0xff, 0], &file[end..]].concat();
    assert_eq!(process(&odd).err(), Some(Flaw::Damaged), "a byte of data is filled by none");
}
