//! WebP: its chunks are walked before a decoder sees them, because a small canvas may hold a huge frame.

use std::io::Cursor;

use image::metadata::Orientation;
use image_webp::WebPDecoder;
use shared::domain::photo::Refusal;

use super::chunks::{self, Reader};
use super::pixels::{Decoded, Layout, Outline, Picture};
use super::size::Size;

/// The largest piece of metadata that the decoder may copy; none is asked for.
const WORKING_MEMORY: usize = 8 << 20;
const ANIMATION: u8 = 0x02;

pub(super) fn decode(upload: &[u8]) -> Result<Decoded, Refusal> {
    let Outline { bytes, size, orientation } = outline(upload)?;
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    if decoder.is_animated() {
        return Err(Refusal::Animated);
    }
    if decoder.dimensions() != (size.width, size.height) {
        return Err(Refusal::Damaged);
    }
    decoder.set_memory_limit(WORKING_MEMORY);
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let mut pixels = vec![0; size.pixels() * layout.bytes()];
    decoder.read_image(&mut pixels).map_err(|_| Refusal::Damaged)?;
    Ok(Decoded { picture: Picture { size, rgb: layout.convert(pixels) }, orientation })
}

fn outline(upload: &[u8]) -> Result<Outline<'_>, Refusal> {
    let mut head = Reader::new(upload);
    head.take(4)?;
    let length = Reader::length(head.u32_le()?)?;
    let mut reader = Reader::new(head.take(length)?);
    reader.take(4)?;
    let (mut canvas, mut frame, mut orientation) = (None, None, None);
    while !reader.is_empty() {
        let kind = reader.array::<4>()?;
        let length = Reader::length(reader.u32_le()?)?;
        let content = reader.take(length)?;
        // The byte that makes a length even may be missing at the end of all.
        if length % 2 == 1 && !reader.is_empty() {
            reader.take(1)?;
        }
        match &kind {
            b"VP8X" => canvas = Some(read_canvas(content)?),
            b"VP8 " if frame.is_none() => frame = Some(read_lossy(content)?),
            b"VP8L" if frame.is_none() => frame = Some(read_lossless(content)?),
            b"VP8 " | b"VP8L" => return Err(Refusal::Damaged),
            b"ANIM" | b"ANMF" => return Err(Refusal::Animated),
            b"EXIF" => orientation = orientation.or_else(|| chunks::orientation(content)),
            _ => {}
        }
    }
    let size = frame.ok_or(Refusal::Damaged)?;
    if canvas.is_some_and(|canvas| canvas != size) {
        return Err(Refusal::Damaged);
    }
    let bytes = &upload[..upload.len() - head.left()];
    Ok(Outline { bytes, size, orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

fn read_canvas(content: &[u8]) -> Result<Size, Refusal> {
    let mut reader = Reader::new(content);
    let [flags, _, _, _] = reader.array()?;
    if flags & ANIMATION != 0 {
        return Err(Refusal::Animated);
    }
    let mut side = || reader.array().map(|[low, middle, high]| u32::from_le_bytes([low, middle, high, 0]) + 1);
    Size::admit(side()?, side()?)
}

fn read_lossy(content: &[u8]) -> Result<Size, Refusal> {
    let mut reader = Reader::new(content);
    reader.take(3)?;
    if reader.array()? != [0x9d, 0x01, 0x2a] {
        return Err(Refusal::Damaged);
    }
    let mut side = || reader.array().map(|bytes| u32::from(u16::from_le_bytes(bytes) & 0x3fff));
    Size::admit(side()?, side()?)
}

fn read_lossless(content: &[u8]) -> Result<Size, Refusal> {
    let mut reader = Reader::new(content);
    if reader.byte()? != 0x2f {
        return Err(Refusal::Damaged);
    }
    let sides = reader.u32_le()?;
    Size::admit((sides & 0x3fff) + 1, (sides >> 14 & 0x3fff) + 1)
}
