//! PNG: its chunks are walked before a decoder sees them, and its rows become smaller as they come.
//!
//! Texts and colour profiles are packed, and one that unpacks to gigabytes is as small as one that does not: nothing of
//! them is unpacked here. All checksums count, and those of the file before anything is allocated.

use std::io::Cursor;

use image::metadata::Orientation;
use png::{ColorType, DecodeOptions, Decoder, DecodingError, Limits, Transformations};

use crate::Flaw;
use crate::chunks::{self, Reader};
use crate::picture::{Decoded, Layout, Picture};
use crate::planes::Narrow;
use crate::size::Size;

/// What the decoder may allocate beside the picture.
const WORKING_MEMORY: usize = 8 << 20;
/// Deflate packs nothing more tightly than this.
const MAX_PACKING: u64 = 1_032;

pub(super) fn decode(upload: &[u8], longest: u32) -> Result<Decoded, Flaw> {
    let Outline { bytes, size, orientation } = outline(upload)?;
    let open = || File::open(bytes).map_err(|_| Flaw::Damaged);
    let mut file = open()?;
    let narrow = Narrow::new(file.layout, size, longest);
    let picture = if file.reader.info().interlaced {
        // Nothing can become smaller before the last of seven passes, so that a damaged one is told first.
        file.skip().map_err(|_| Flaw::Damaged)?;
        open()?.passes(narrow, size)?
    } else {
        file.rows(narrow)?
    };
    Ok(Decoded { picture, orientation })
}

/// What a walk over the chunks has found.
struct Outline<'a> {
    /// From the first byte to the end of the picture.
    bytes: &'a [u8],
    size: Size,
    orientation: Orientation,
}

fn outline(upload: &[u8]) -> Result<Outline<'_>, Flaw> {
    let mut reader = Reader::new(upload);
    reader.take(8)?;
    let (mut header, mut orientation, mut data, mut may_move) = (None, None, 0, false);
    loop {
        let length = Reader::length(reader.u32_be()?)?;
        let summed = reader.rest();
        let kind = reader.array::<4>()?;
        if header.is_none() && kind != *b"IHDR" {
            return Err(Flaw::Damaged);
        }
        let content = reader.take(length)?;
        match &kind {
            b"IHDR" if header.is_none() => header = Some(read_header(content)?),
            b"IHDR" => return Err(Flaw::Damaged),
            // An animation of one frame does not move, unless it is shown instead of the picture.
            b"acTL" if content.get(..4) == Some(&[0, 0, 0, 1]) => may_move = true,
            b"acTL" => return Err(Flaw::Animated),
            b"fdAT" if may_move => return Err(Flaw::Animated),
            b"eXIf" => orientation = orientation.or_else(|| chunks::orientation(content)),
            b"IDAT" => data += content.len() as u64,
            _ => {}
        }
        if reader.u32_be()? != crc32fast::hash(&summed[..4 + length]) {
            return Err(Flaw::Damaged);
        }
        if kind == *b"IEND" {
            break;
        }
    }
    let (size, raw) = header.ok_or(Flaw::Damaged)?;
    if data.saturating_mul(MAX_PACKING) < raw {
        return Err(Flaw::Damaged);
    }
    let bytes = &upload[..upload.len() - reader.left()];
    Ok(Outline { bytes, size, orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

/// The size, and how many bytes the picture has when it is unpacked, at least.
fn read_header(header: &[u8]) -> Result<(Size, u64), Flaw> {
    let mut reader = Reader::new(header);
    let size = Size::admit(reader.u32_be()?, reader.u32_be()?)?;
    let (depth, colour) = (reader.byte()?, reader.byte()?);
    let samples = match colour {
        0 | 3 => 1,
        4 => 2,
        2 => 3,
        6 => 4,
        _ => return Err(Flaw::Damaged),
    };
    let bits = u64::from(size.width) * samples * u64::from(depth);
    Ok((size, u64::from(size.height) * (bits / 8)))
}

/// A file whose picture is about to be decoded.
struct File<'a> {
    reader: png::Reader<Cursor<&'a [u8]>>,
    layout: Layout,
}

impl<'a> File<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, DecodingError> {
        let mut options = DecodeOptions::default();
        options.set_ignore_checksums(false);
        options.set_skip_ancillary_crc_failures(false);
        options.set_ignore_text_chunk(true);
        options.set_ignore_iccp_chunk(true);
        let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
        decoder.set_limits(Limits { bytes: WORKING_MEMORY });
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let reader = decoder.read_info()?;
        let layout = match reader.output_color_type().0 {
            ColorType::Grayscale => Layout::Grey,
            ColorType::GrayscaleAlpha => Layout::GreyAlpha,
            ColorType::Rgb | ColorType::Indexed => Layout::Rgb,
            ColorType::Rgba => Layout::Rgba,
        };
        Ok(Self { reader, layout })
    }

    /// Decodes everything, and keeps nothing.
    fn skip(&mut self) -> Result<(), DecodingError> {
        while self.reader.next_interlaced_row()?.is_some() {}
        self.reader.finish()
    }

    /// All rows, each one as it comes.
    fn rows(mut self, mut narrow: Narrow) -> Result<Picture, Flaw> {
        while let Some(row) = self.reader.next_row().map_err(|_| Flaw::Damaged)? {
            narrow.push(row.data())?;
        }
        // The sums of what comes after the picture count, too.
        self.reader.finish().map_err(|_| Flaw::Damaged)?;
        narrow.finish()
    }

    /// All rows, when the last pass has told of them.
    fn passes(mut self, mut narrow: Narrow, size: Size) -> Result<Picture, Flaw> {
        let mut pixels = vec![0; size.pixels() * self.layout.bytes()];
        self.reader.next_frame(&mut pixels).map_err(|_| Flaw::Damaged)?;
        for row in pixels.chunks_exact(size.width as usize * self.layout.bytes()) {
            narrow.push(row)?;
        }
        drop(pixels);
        narrow.finish()
    }
}
