//! What becomes of valid and of hostile files.
#![expect(clippy::cast_possible_truncation, reason = "files are small, and colours are bytes")]

mod accepted;
mod faithful;
mod files;
mod hostile;
mod memory;
mod mutations;
mod refused;
mod samples;
mod scans;

use std::io::Cursor;

use zune_jpeg::JpegDecoder;

use super::{Flaw, Photo, Rendition};
use hostile::CANARY;

/// Sides of what is published.
const SIZES: [u32; 3] = [1_080, 480, 160];

fn process(file: &[u8]) -> Result<Photo, Flaw> {
    super::process(file, &SIZES)
}

/// The pixels of what is published, read back by a decoder.
fn pixels(rendition: &Rendition) -> Vec<u8> {
    let pixels = JpegDecoder::new(zune_core::bytestream::ZCursor::new(&rendition.jpeg)).decode().unwrap();
    assert_eq!(pixels.len(), rendition.width as usize * rendition.height as usize * 3);
    pixels
}

/// Holds what is published to be pictures and nothing else: only the segments that say how to decode them, one end, and
/// no byte behind it.
fn check(name: &str, photo: &Photo) {
    assert_eq!(photo.renditions.len(), 3, "{name}");
    assert!((6..=40).contains(&photo.blurhash.len()), "{name}: {}", photo.blurhash);
    for rendition in &photo.renditions {
        let file = &rendition.jpeg;
        let mut segments = Vec::new();
        let mut at = 2;
        while file[at + 1] != 0xda {
            assert_eq!(file[at], 0xff, "{name}");
            segments.push(file[at + 1]);
            at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        }
        assert!(segments.iter().all(|kind| matches!(kind, 0xe0 | 0xc0 | 0xc4 | 0xdb)), "{name}: {segments:x?}");
        let ends: Vec<usize> = (at..file.len() - 1).filter(|at| file[*at] == 0xff && file[at + 1] == 0xd9).collect();
        assert_eq!(ends, [file.len() - 2], "{name}");
        assert_eq!(file.windows(4).filter(|four| four.starts_with(b"JFIF")).count(), 1, "{name}");
        for sign in [CANARY, b"%PDF", b"<html", b"<script", b"PK\x05\x06"] {
            assert!(!file.windows(sign.len()).any(|piece| piece.eq_ignore_ascii_case(sign)), "{name}: {sign:?}");
        }
        assert!(zip::ZipArchive::new(Cursor::new(file)).is_err(), "{name} is an archive");
        pixels(rendition);
    }
}
