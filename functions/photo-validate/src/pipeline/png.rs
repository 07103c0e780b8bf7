//! PNG: its chunks are walked before a decoder sees them.
//!
//! Texts and colour profiles are packed, and one that unpacks to gigabytes is as small as one that does not: nothing of
//! them is unpacked here. All checksums count, and those of the file before anything is allocated.

use std::io::Cursor;

use image::metadata::Orientation;
use png::{ColorType, DecodeOptions, Decoder, Limits, Transformations};
use shared::domain::photo::Refusal;

use super::chunks::{self, Reader};
use super::pixels::{Decoded, Layout, Outline, Picture};
use super::size::Size;

/// What the decoder may keep beside the picture: a few rows.
const WORKING_MEMORY: usize = 8 << 20;
/// Deflate packs nothing more tightly than this.
const MAX_PACKING: u64 = 1_032;

pub(super) fn decode(upload: &[u8]) -> Result<Decoded, Refusal> {
    let Outline { bytes, size, orientation } = outline(upload)?;
    let rgb = rgb(bytes, size).map_err(|_| Refusal::Damaged)?;
    if rgb.len() != size.pixels() * 3 {
        return Err(Refusal::Damaged);
    }
    Ok(Decoded { picture: Picture { size, rgb }, orientation })
}

fn outline(upload: &[u8]) -> Result<Outline<'_>, Refusal> {
    let mut reader = Reader::new(upload);
    reader.take(8)?;
    let (mut header, mut orientation, mut data) = (None, None, 0);
    loop {
        let length = Reader::length(reader.u32_be()?)?;
        let summed = reader.rest();
        let kind = reader.array::<4>()?;
        if header.is_none() && kind != *b"IHDR" {
            return Err(Refusal::Damaged);
        }
        let content = reader.take(length)?;
        match &kind {
            b"IHDR" if header.is_none() => header = Some(read_header(content)?),
            b"IHDR" => return Err(Refusal::Damaged),
            b"acTL" => return Err(Refusal::Animated),
            b"eXIf" => orientation = orientation.or_else(|| chunks::orientation(content)),
            b"IDAT" => data += content.len() as u64,
            _ => {}
        }
        if reader.u32_be()? != crc32fast::hash(&summed[..4 + length]) {
            return Err(Refusal::Damaged);
        }
        if kind == *b"IEND" {
            break;
        }
    }
    let (size, raw) = header.ok_or(Refusal::Damaged)?;
    if data.saturating_mul(MAX_PACKING) < raw {
        return Err(Refusal::Damaged);
    }
    let bytes = &upload[..upload.len() - reader.left()];
    Ok(Outline { bytes, size, orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

/// The size, and how many bytes the picture has when it is unpacked, at least.
fn read_header(header: &[u8]) -> Result<(Size, u64), Refusal> {
    let mut reader = Reader::new(header);
    let size = Size::admit(reader.u32_be()?, reader.u32_be()?)?;
    let (depth, colour) = (reader.byte()?, reader.byte()?);
    let samples = match colour {
        0 | 3 => 1,
        4 => 2,
        2 => 3,
        6 => 4,
        _ => return Err(Refusal::Damaged),
    };
    let bits = u64::from(size.width) * samples * u64::from(depth);
    Ok((size, u64::from(size.height) * (bits / 8)))
}

fn rgb(bytes: &[u8], size: Size) -> Result<Vec<u8>, png::DecodingError> {
    let mut options = DecodeOptions::default();
    options.set_ignore_checksums(false);
    options.set_skip_ancillary_crc_failures(false);
    options.set_ignore_text_chunk(true);
    options.set_ignore_iccp_chunk(true);
    let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
    decoder.set_limits(Limits { bytes: WORKING_MEMORY });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info()?;
    let layout = match reader.output_color_type().0 {
        ColorType::Grayscale => Layout::Grey,
        ColorType::GrayscaleAlpha => Layout::GreyAlpha,
        ColorType::Rgb | ColorType::Indexed => Layout::Rgb,
        ColorType::Rgba => Layout::Rgba,
    };
    let rgb = if reader.info().interlaced {
        let mut pixels = vec![0; size.pixels() * layout.bytes()];
        reader.next_frame(&mut pixels)?;
        layout.convert(pixels)
    } else {
        let mut rgb = Vec::with_capacity(size.pixels() * 3);
        while let Some(row) = reader.next_row()? {
            layout.append(row.data(), &mut rgb);
        }
        rgb
    };
    // The sums of what comes after the picture count, too.
    reader.finish()?;
    Ok(rgb)
}
