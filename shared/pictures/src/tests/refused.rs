//! What is refused, why, and at what cost.

use std::time::{Duration, Instant};

use crate::Flaw;

use super::files::{after_header, png_chunk, png_chunks, with_right_sums};
use super::hostile::{CANARY, ROW, archive, floods, liars, packed_zeros, row_of};
use super::process;
use super::samples::{ANIMATED, VALID, of_kind, sample};

fn flaw(file: &[u8]) -> Option<Flaw> {
    process(file).err()
}

/// The best of some tries: a machine that does other things has nothing to do with it.
fn time(file: &[u8]) -> Duration {
    let once = || {
        let started = Instant::now();
        let refused = flaw(file);
        (started.elapsed(), refused).0
    };
    (0..20).map(|_| once()).min().unwrap()
}

#[test]
fn what_is_no_photo_is_told_by_its_content() {
    let page = b"<html><body>hello</body></html>".to_vec();
    let vector = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec();
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
    for file in [Vec::new(), vec![0xff], CANARY.to_vec(), page, vector, gif, archive(), vec![0; 1 << 20]] {
        assert_eq!(flaw(&file), Some(Flaw::Type));
    }
    let mut arithmetic = sample("baseline.jpg").to_vec();
    let frame = arithmetic.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    arithmetic[frame + 1] = 0xc9;
    assert_eq!(flaw(&arithmetic), Some(Flaw::Type));
    for start in [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"] {
        assert_eq!(flaw(start), Some(Flaw::Damaged), "only the first bytes are right: {start:?}");
    }
}

#[test]
fn what_moves_is_refused() {
    for (name, file) in ANIMATED {
        assert_eq!(flaw(file), Some(Flaw::Animated), "{name}");
    }
    let one_frame = png_chunk(*b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(flaw(&after_header(sample("rgb.png"), &one_frame)), None, "one frame does not move");
    let another = [one_frame, png_chunk(*b"fdAT", &[0; 8])].concat();
    assert_eq!(
        flaw(&after_header(sample("rgb.png"), &another)),
        Some(Flaw::Animated),
        "it is shown instead of the picture"
    );
}

#[test]
fn floods_are_refused_at_once() {
    for (name, file) in floods() {
        assert_eq!(flaw(&file), Some(Flaw::Dimensions), "{name}");
        assert!(time(&file) < Duration::from_millis(1), "{name} took {:?}", time(&file));
    }
    for (name, file) in liars() {
        assert_eq!(flaw(&file), Some(Flaw::Damaged), "{name}");
        assert!(time(&file) < Duration::from_millis(1), "{name} took {:?}", time(&file));
    }
}

#[test]
fn a_file_that_ends_too_early_is_refused_wherever_it_ends() {
    for (name, file) in VALID {
        for length in 0..file.len() {
            assert!(process(&file[..length]).is_err(), "{name} was accepted with {length} of {} bytes", file.len());
        }
    }
}

#[test]
fn every_checksum_counts() {
    let mut sums = 0;
    for (name, file) in of_kind(".png") {
        for (at, length) in png_chunks(file) {
            let mut wrong = file.to_vec();
            wrong[at + length - 1] ^= 1;
            assert_eq!(flaw(&wrong), Some(Flaw::Damaged), "{name}: the sum of the chunk at {at}");
            sums += 1;
            if &file[at + 4..at + 8] == b"IDAT" {
                let mut wrong = file.to_vec();
                wrong[at + length - 5] ^= 1;
                let inner = with_right_sums(wrong);
                assert_eq!(flaw(&inner), Some(Flaw::Damaged), "{name}: the sum of its pixels");
            }
        }
    }
    assert!(sums >= 21, "{sums}");
}

#[test]
fn pixels_are_packed_with_their_sum_and_nothing_else() {
    let packed = packed_zeros(ROW);
    assert_eq!(flaw(&row_of(&packed)), None);
    for cut in 1..=4 {
        assert_eq!(flaw(&row_of(&packed[..packed.len() - cut])), Some(Flaw::Damaged), "{cut} bytes of the sum");
    }
    assert_eq!(flaw(&row_of(&[&packed[..], &[0; 5_000]].concat())), Some(Flaw::Damaged), "behind the sum");
    let another = png_chunk(*b"IDAT", &[0; 5_000]);
    let end = row_of(&packed).len() - 12;
    assert_eq!(
        flaw(&[&row_of(&packed)[..end], &another, &row_of(&packed)[end..]].concat()),
        None,
        "a chunk of its own"
    );
    for surplus in [1, 20] {
        assert_eq!(flaw(&row_of(&packed_zeros(ROW + surplus * 258))), Some(Flaw::Damaged), "before it");
    }
    let started = Instant::now();
    assert_eq!(flaw(&row_of(&packed_zeros(1 << 30))), Some(Flaw::Damaged));
    assert!(started.elapsed() < Duration::from_millis(200), "{:?}", started.elapsed());
}

/// Zeros are codes like others: that a scan says too little or too much is all there is to notice.
#[test]
fn scans_of_zeros_are_refused() {
    for (name, file) in of_kind(".jpg") {
        let scan = scan_of(file);
        for from in [scan, scan + (file.len() - scan) / 2] {
            let mut zeroed = file.to_vec();
            let end = zeroed.len() - 2;
            zeroed[from..end].fill(0);
            assert_eq!(flaw(&zeroed), Some(Flaw::Damaged), "{name} with zeros from {from} on");
        }
    }
}

#[test]
fn scans_that_were_cut_and_mended_are_refused() {
    for (name, file) in of_kind(".jpg") {
        let scan = scan_of(file);
        for from in scan..file.len() - 16 {
            let mended = [&file[..from], b"\xff\xd9"].concat();
            assert!(process(&mended).is_err(), "{name} was accepted with an end at {from} of {}", file.len());
        }
        let padded = [&file[..file.len() - 2], &[0x55; 32], b"\xff\xd9"].concat();
        assert_eq!(flaw(&padded), Some(Flaw::Damaged), "{name} with more than it has blocks");
    }
}

/// Where the codes of the first scan begin.
fn scan_of(file: &[u8]) -> usize {
    let scan = file.windows(2).position(|two| two == [0xff, 0xda]).unwrap();
    scan + 2 + usize::from(file[scan + 3])
}
