//! Whatever a file is, the answer is a photo that is nothing but a photo, or a reason.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use peak_alloc::PeakAlloc;
use pictures::{Photo, process};
use zune_core::bytestream::ZCursor;
use zune_jpeg::JpegDecoder;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const SIZES: [u32; 3] = [1_080, 480, 160];
/// What the seeds carry along, and nothing published may.
const CANARY: &[u8] = b"CANARY-51.4934N-0.0098W";
/// What is asked for, whether or not it is ever touched: a refused file takes 64 MiB, and room for a picture is asked for
/// before its first scan.
const REFUSED: usize = 128 << 20;
/// Four bytes for each of fifty million pixels, and a share for copies.
const ACCEPTED: usize = 272 << 20;

fuzz_target!(|file: &[u8]| {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let outcome = process(file, &SIZES);
    let taken = MEMORY.peak_usage() - before;
    match outcome {
        Ok(photo) => {
            assert!(taken <= ACCEPTED, "a photo took {taken} bytes");
            check(file, &photo);
        }
        Err(flaw) => assert!(taken <= REFUSED, "{flaw:?} took {taken} bytes"),
    }
});

// A file whose sums are wrong reaches nothing behind them.
fuzz_mutator!(|file: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let size = fuzzer_mutate(file, size, max_size);
    if seed.is_multiple_of(4) {
        return size;
    }
    correct_sums(&mut file[..size]);
    size
});

fn correct_sums(file: &mut [u8]) {
    if !file.starts_with(b"\x89PNG") {
        return;
    }
    let mut at = 8;
    while let Some(length) = file.get(at..at + 4) {
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let Some(content) = file.get(at + 4..).and_then(|rest| rest.get(..length.saturating_add(4))) else { return };
        let sum = crc32fast::hash(content).to_be_bytes();
        let Some(place) = file.get_mut(at + 8 + length..at + 12 + length) else { return };
        place.copy_from_slice(&sum);
        at += 12 + length;
    }
}

fn check(file: &[u8], photo: &Photo) {
    assert_eq!(photo.renditions.len(), SIZES.len());
    assert!((6..=40).contains(&photo.blurhash.len()));
    for (rendition, size) in photo.renditions.iter().zip(SIZES) {
        let jpeg = &rendition.jpeg;
        assert!(rendition.width.max(rendition.height) <= size);
        assert_ne!(jpeg, file, "what was uploaded is published");
        for sign in [CANARY, b"%PDF", b"<html", b"<script", b"PK\x05\x06"] {
            assert!(!jpeg.windows(sign.len()).any(|piece| piece.eq_ignore_ascii_case(sign)), "{sign:?}");
        }
        assert!(zip::ZipArchive::new(Cursor::new(jpeg)).is_err(), "it is an archive");
        let pixels = JpegDecoder::new(ZCursor::new(jpeg)).decode().expect("what is published is a picture");
        assert_eq!(pixels.len(), rendition.width as usize * rendition.height as usize * 3);
    }
}
