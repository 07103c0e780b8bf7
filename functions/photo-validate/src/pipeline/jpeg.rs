//! JPEG: its segments are walked before a decoder sees them.
//!
//! The walk finds the size before anything is allocated, the end of the picture (what comes after it is not read), and
//! what no decoder needs to try: a file without an end, with two frames, or with less or more in its scans than its picture.

use image::metadata::Orientation;
use shared::domain::photo::Refusal;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::chunks::{self, Reader};
use super::entropy::{Blocks, Codes};
use super::pixels::{Decoded, Outline, Picture};
use super::size::Size;

/// Encoders refine a progressive picture in about ten scans; each costs a pass over all of it.
const MAX_SCANS: usize = 24;

pub(super) fn decode(upload: &[u8]) -> Result<Decoded, Refusal> {
    let Outline { bytes, size, orientation } = outline(upload)?;
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(size.width as usize)
        .set_max_height(size.height as usize)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let rgb = decoder.decode().map_err(|_| Refusal::Damaged)?;
    if rgb.len() != size.pixels() * 3 {
        return Err(Refusal::Damaged);
    }
    Ok(Decoded { picture: Picture { size, rgb }, orientation })
}

fn outline(upload: &[u8]) -> Result<Outline<'_>, Refusal> {
    let mut reader = Reader::new(upload);
    reader.take(2)?;
    let (mut frame, mut orientation, mut scans, mut codes) = (None, None, 0, Codes::default());
    loop {
        match marker(&mut reader)? {
            0xd9 => break,
            0xc0..=0xc2 if frame.is_some() => return Err(Refusal::Damaged),
            kind @ 0xc0..=0xc2 => frame = Some(read_frame(segment(&mut reader)?, kind == 0xc2)?),
            0xc4 => codes.define(segment(&mut reader)?)?,
            // Lossless, hierarchical and arithmetic pictures, which no camera and no browser makes.
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcf => return Err(Refusal::Type),
            0xdd => codes.restart = Reader::new(segment(&mut reader)?).u16_be()?.into(),
            0xe1 => {
                let exif = segment(&mut reader)?.strip_prefix(b"Exif\0\0");
                orientation = orientation.or_else(|| exif.and_then(chunks::orientation));
            }
            0xda => {
                scans += 1;
                let (_, blocks) = frame.as_mut().filter(|_| scans <= MAX_SCANS).ok_or(Refusal::Damaged)?;
                let header = segment(&mut reader)?;
                codes.walk(blocks, header, scan(&mut reader)?)?;
            }
            // A second beginning, a restart outside of a scan, and a height that is told afterwards.
            0x00..=0x01 | 0xd0..=0xd8 | 0xdc => return Err(Refusal::Damaged),
            _ => {
                segment(&mut reader)?;
            }
        }
    }
    let (size, _) = frame.filter(|(_, blocks)| blocks.are_complete()).ok_or(Refusal::Damaged)?;
    let bytes = &upload[..upload.len() - reader.left()];
    Ok(Outline { bytes, size, orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

/// The next marker; any number of fill bytes may stand before it.
fn marker(reader: &mut Reader<'_>) -> Result<u8, Refusal> {
    if reader.byte()? != 0xff {
        return Err(Refusal::Damaged);
    }
    loop {
        match reader.byte()? {
            0xff => {}
            kind => return Ok(kind),
        }
    }
}

fn segment<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Refusal> {
    let length = usize::from(reader.u16_be()?);
    reader.take(length.checked_sub(2).ok_or(Refusal::Damaged)?)
}

fn read_frame(segment: &[u8], is_progressive: bool) -> Result<(Size, Blocks), Refusal> {
    let mut reader = Reader::new(segment);
    if reader.byte()? != 8 {
        return Err(Refusal::Type);
    }
    let (height, width) = (reader.u16_be()?, reader.u16_be()?);
    let size = Size::admit(width.into(), height.into())?;
    Ok((size, Blocks::read(&mut reader, (width, height), is_progressive)?))
}

/// The data of a scan, up to the marker behind it.
fn scan<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Refusal> {
    let rest = reader.rest();
    let mut at = 0;
    loop {
        at += rest[at..].iter().position(|byte| *byte == 0xff).ok_or(Refusal::Damaged)?;
        match rest.get(at + 1) {
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(_) => return reader.take(at),
            None => return Err(Refusal::Damaged),
        }
    }
}
