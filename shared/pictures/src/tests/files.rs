//! Parts of files, put together by hand.

use super::hostile::CANARY;

pub(super) fn jpeg_segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xff, marker], &length.to_be_bytes()[..], content].concat()
}

pub(super) fn png_chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let sum = crc(&[&kind[..], content].concat()).to_be_bytes();
    [&length[..], &kind, content, &sum].concat()
}

pub(super) fn webp_chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    [&kind[..], &length, content, &[0][..content.len() % 2]].concat()
}

pub(super) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let content = [b"WEBP".to_vec(), chunks.concat()].concat();
    [&b"RIFF"[..], &u32::try_from(content.len()).unwrap().to_le_bytes(), &content].concat()
}

pub(super) fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// The places of a PNG's chunks: where they begin, and how long they are in all.
pub(super) fn png_chunks(file: &[u8]) -> Vec<(usize, usize)> {
    let (mut found, mut at) = (Vec::new(), 8);
    while let Some(length) = file.get(at..at + 4) {
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize + 12;
        if length > file.len() - at {
            break;
        }
        found.push((at, length));
        at += length;
    }
    found
}

/// Corrects the sums, so that what lies behind them is reached.
pub(super) fn with_right_sums(mut file: Vec<u8>) -> Vec<u8> {
    for (at, length) in png_chunks(&file) {
        let sum = crc(&file[at + 4..at + length - 4]).to_be_bytes();
        file[at + length - 4..at + length].copy_from_slice(&sum);
    }
    file
}

pub(super) fn after_start(file: &[u8], addition: &[u8]) -> Vec<u8> {
    [&file[..2], addition, &file[2..]].concat()
}

pub(super) fn after_header(file: &[u8], addition: &[u8]) -> Vec<u8> {
    [&file[..33], addition, &file[33..]].concat()
}

/// EXIF that says how the picture is to be held, and where it was taken.
pub(super) fn exif(orientation: u16) -> Vec<u8> {
    let text = CANARY.len() as u32;
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(
        [&0x010e_u16.to_le_bytes()[..], &2_u16.to_le_bytes(), &text.to_le_bytes(), &38_u32.to_le_bytes()].concat(),
    );
    exif.extend([&0x0112_u16.to_le_bytes()[..], &3_u16.to_le_bytes(), &1_u32.to_le_bytes()].concat());
    exif.extend([&orientation.to_le_bytes()[..], &[0; 2], &[0; 4], CANARY].concat());
    exif
}
