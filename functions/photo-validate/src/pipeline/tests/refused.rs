//! What is refused, why, and at what cost.

use std::time::{Duration, Instant};

use shared::domain::photo::Refusal;

use super::files::{png_chunks, with_right_sums};
use super::hostile::{CANARY, archive, floods, liars, overfull};
use super::samples::{ANIMATED, VALID, of_kind, sample};
use crate::pipeline::process;

fn refusal(file: &[u8]) -> Option<Refusal> {
    process(file).err()
}

/// The best of some tries: a machine that does other things has nothing to do with it.
fn time(file: &[u8]) -> Duration {
    let once = || {
        let started = Instant::now();
        let refused = refusal(file);
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
        assert_eq!(refusal(&file), Some(Refusal::Type));
    }
    let mut arithmetic = sample("baseline.jpg").to_vec();
    let frame = arithmetic.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    arithmetic[frame + 1] = 0xc9;
    assert_eq!(refusal(&arithmetic), Some(Refusal::Type));
    for start in [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"] {
        assert_eq!(refusal(start), Some(Refusal::Damaged), "only the first bytes are right: {start:?}");
    }
}

#[test]
fn what_moves_is_refused() {
    for (name, file) in ANIMATED {
        assert_eq!(refusal(file), Some(Refusal::Animated), "{name}");
    }
}

#[test]
fn floods_are_refused_at_once() {
    for (name, file) in floods() {
        assert_eq!(refusal(&file), Some(Refusal::Dimensions), "{name}");
        assert!(time(&file) < Duration::from_millis(1), "{name} took {:?}", time(&file));
    }
    for (name, file) in liars() {
        assert_eq!(refusal(&file), Some(Refusal::Damaged), "{name}");
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
            assert_eq!(refusal(&wrong), Some(Refusal::Damaged), "{name}: the sum of the chunk at {at}");
            sums += 1;
            if &file[at + 4..at + 8] == b"IDAT" {
                let mut wrong = file.to_vec();
                wrong[at + length - 5] ^= 1;
                let inner = with_right_sums(wrong);
                assert_eq!(refusal(&inner), Some(Refusal::Damaged), "{name}: the sum of its pixels");
            }
        }
    }
    assert!(sums >= 21, "{sums}");
}

#[test]
fn a_picture_with_more_data_than_pixels_is_no_burden() {
    let file = overfull();
    let started = Instant::now();
    let photo = process(&file).expect("what is too much is left alone");
    assert!(started.elapsed() < Duration::from_millis(200), "{:?}", started.elapsed());
    assert_eq!((photo.renditions[0].width, photo.renditions[0].height), (4, 4));
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
            assert_eq!(refusal(&zeroed), Some(Refusal::Damaged), "{name} with zeros from {from} on");
        }
    }
}

#[test]
fn scans_that_were_cut_and_mended_are_refused() {
    for (name, file) in of_kind(".jpg") {
        let scan = scan_of(file);
        // What the last refinement of a progressive picture says, only a decoder can tell.
        let last = file.windows(2).rposition(|two| two == [0xff, 0xda]).filter(|last| *last > scan);
        for from in scan..last.unwrap_or(file.len() - 16) {
            let mended = [&file[..from], b"\xff\xd9"].concat();
            assert!(process(&mended).is_err(), "{name} was accepted with an end at {from} of {}", file.len());
        }
        // Nor can anything else tell what it says too much.
        if last.is_none() {
            let padded = [&file[..file.len() - 2], &[0x55; 32], b"\xff\xd9"].concat();
            assert_eq!(refusal(&padded), Some(Refusal::Damaged), "{name} with more than it has blocks");
        }
    }
}

/// Where the codes of the first scan begin.
fn scan_of(file: &[u8]) -> usize {
    let scan = file.windows(2).position(|two| two == [0xff, 0xda]).unwrap();
    scan + 2 + usize::from(file[scan + 3])
}
