//! PNG: its chunks are walked before a decoder sees them, and its rows become smaller as they come.
//!
//! Texts and colour profiles are packed, and one that unpacks to gigabytes is as small as one that does not: nothing of
//! them is unpacked here. All checksums count, and all of them before anything is allocated: the pixels are unpacked once for
//! nothing but that, because a decoder reads neither what is too much of them nor the sum behind it.

use std::io::Cursor;

use image::metadata::Orientation;
use png::{ColorType, DecodeOptions, Decoder, DecodingError, Limits, Transformations};

use crate::Flaw;
use crate::chunks::{self, Reader};
use crate::picture::{Decoded, Layout, Picture};
use crate::planes::Narrow;
use crate::size::Size;
use crate::zlib::Stream;

/// What the decoder may allocate beside the picture.
const WORKING_MEMORY: usize = 8 << 20;
/// Deflate packs nothing more tightly than this.
const MAX_PACKING: u64 = 1_032;
/// The passes of interlacing: from which column and row on, and every how many of them.
const ADAM: [[u32; 4]; 7] =
    [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

pub(super) fn decode(upload: &[u8], longest: u32) -> Result<Decoded, Flaw> {
    let Outline { bytes, size, raw, orientation } = outline(upload)?;
    check_pixels(bytes, raw)?;
    let file = File::open(bytes).map_err(|_| Flaw::Damaged)?;
    let narrow = Narrow::new(file.layout, size, longest);
    // Nothing can become smaller before the last of seven passes.
    let picture = if file.reader.info().interlaced { file.passes(narrow, size)? } else { file.rows(narrow)? };
    Ok(Decoded { picture, orientation })
}

/// What a walk over the chunks has found.
struct Outline<'a> {
    /// From the first byte to the end of the picture.
    bytes: &'a [u8],
    size: Size,
    /// How many bytes the picture has when it is unpacked.
    raw: u64,
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
    Ok(Outline { bytes, size, raw, orientation: orientation.unwrap_or(Orientation::NoTransforms) })
}

/// Unpacks the pixels of a file whose chunks were walked, and keeps nothing.
fn check_pixels(bytes: &[u8], raw: u64) -> Result<(), Flaw> {
    let (mut reader, mut pixels) = (Reader::new(bytes), Stream::of(raw));
    reader.take(8)?;
    while !reader.is_empty() {
        let length = Reader::length(reader.u32_be()?)?;
        let kind = reader.array::<4>()?;
        let content = reader.take(length)?;
        reader.take(4)?;
        // Whole chunks behind the end are no part of the picture to anybody.
        if kind == *b"IDAT" && !pixels.is_done() {
            pixels.push(content)?;
        }
    }
    pixels.end()
}

/// The size, and how many bytes the picture has when it is unpacked.
fn read_header(header: &[u8]) -> Result<(Size, u64), Flaw> {
    let mut reader = Reader::new(header);
    let size = Size::admit(reader.u32_be()?, reader.u32_be()?)?;
    let [depth, colour, _, _, interlacing] = reader.array()?;
    let samples = match colour {
        0 | 3 => 1,
        4 => 2,
        2 => 3,
        6 => 4,
        _ => return Err(Flaw::Damaged),
    };
    // Where each pass begins, and how far apart its pixels are.
    let passes: &[[u32; 4]] = if interlacing == 0 { &[[0, 0, 1, 1]] } else { &ADAM };
    let bytes = |[left, top, across, down]: [u32; 4]| {
        let columns = size.width.saturating_sub(left).div_ceil(across);
        let rows = size.height.saturating_sub(top).div_ceil(down);
        let row = (u64::from(columns) * samples * u64::from(depth)).div_ceil(8);
        // A row begins with its filter, and there is none in a pass without columns.
        if columns == 0 { 0 } else { u64::from(rows) * (1 + row) }
    };
    Ok((size, passes.iter().map(|pass| bytes(*pass)).sum()))
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
