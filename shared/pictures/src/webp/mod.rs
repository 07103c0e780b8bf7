//! WebP: its chunks are walked before a decoder sees them, because a small canvas may hold a huge frame.

mod alpha;
mod joined;
mod prefix;
mod walk;

use image::metadata::Orientation;
use image_webp::WebPDecoder;
use image_webp::vp8::Vp8Decoder;

use self::joined::Joined;
use crate::Flaw;
use crate::chunks::{self, Reader};
use crate::colours::Colours;
use crate::picture::{Decoded, Layout, Picture};
use crate::planes::{Narrow, Plane, Reducer};
use crate::size::Size;

const ANIMATION: u8 = 0x02;
/// A decoder needs all planes of a lossy picture before it can tell that its end is damaged: sixty megabytes of this many
/// pixels.
const MAX_PIXELS: usize = 40_000_000;

pub(super) fn decode(upload: &[u8], longest: u32) -> Result<Decoded, Flaw> {
    let outline = outline(upload)?;
    let picture = match outline.frame {
        Frame::Lossy(frame) => lossy(frame, outline.alpha, outline.size, longest)?,
        Frame::Lossless(frame) => {
            let layout = if frame.has_alpha { Layout::Rgba } else { Layout::Rgbx };
            let mut narrow = Narrow::new(layout, outline.size, longest);
            for row in lossless(frame.stream, outline.size)?.chunks_exact(outline.size.width as usize * 4) {
                narrow.push(row)?;
            }
            narrow.finish()?
        }
    };
    Ok(Decoded { picture, orientation: outline.orientation.unwrap_or(Orientation::NoTransforms) })
}

/// What the walk over the chunks has found.
struct Outline<'a> {
    frame: Frame<'a>,
    alpha: Option<&'a [u8]>,
    size: Size,
    orientation: Option<Orientation>,
}

enum Frame<'a> {
    Lossy(&'a [u8]),
    Lossless(Lossless<'a>),
}

struct Lossless<'a> {
    has_alpha: bool,
    /// What comes after the header.
    stream: &'a [u8],
}

fn outline(upload: &[u8]) -> Result<Outline<'_>, Flaw> {
    let mut head = Reader::new(upload);
    head.take(4)?;
    let length = Reader::length(head.u32_le()?)?;
    let mut reader = Reader::new(head.take(length)?);
    reader.take(4)?;
    let (mut canvas, mut found, mut alpha, mut orientation) = (None, None, None, None);
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
            b"VP8 " if found.is_none() => found = Some((read_lossy(content)?, Frame::Lossy(content))),
            b"VP8L" if found.is_none() => found = Some(read_lossless(content)?),
            b"VP8 " | b"VP8L" => return Err(Flaw::Damaged),
            b"ANIM" | b"ANMF" => return Err(Flaw::Animated),
            b"ALPH" => alpha = alpha.or(Some(content)),
            b"EXIF" => orientation = orientation.or_else(|| chunks::orientation(content)),
            _ => {}
        }
    }
    let (size, frame) = found.ok_or(Flaw::Damaged)?;
    if canvas.is_some_and(|canvas| canvas != size) {
        return Err(Flaw::Damaged);
    }
    if size.pixels() > MAX_PIXELS {
        return Err(Flaw::Dimensions);
    }
    Ok(Outline { frame, alpha: alpha.filter(|_| canvas.is_some()), size, orientation })
}

fn read_canvas(content: &[u8]) -> Result<Size, Flaw> {
    let mut reader = Reader::new(content);
    let [flags, _, _, _] = reader.array()?;
    if flags & ANIMATION != 0 {
        return Err(Flaw::Animated);
    }
    let mut side = || reader.array().map(|[low, middle, high]| u32::from_le_bytes([low, middle, high, 0]) + 1);
    Size::admit(side()?, side()?)
}

fn read_lossy(content: &[u8]) -> Result<Size, Flaw> {
    let mut reader = Reader::new(content);
    reader.take(3)?;
    if reader.array()? != [0x9d, 0x01, 0x2a] {
        return Err(Flaw::Damaged);
    }
    let mut side = || reader.array().map(|bytes| u32::from(u16::from_le_bytes(bytes) & 0x3fff));
    Size::admit(side()?, side()?)
}

fn read_lossless(content: &[u8]) -> Result<(Size, Frame<'_>), Flaw> {
    let mut reader = Reader::new(content);
    if reader.byte()? != 0x2f {
        return Err(Flaw::Damaged);
    }
    let sides = reader.u32_le()?;
    // Three bits are the version, and there is one.
    if sides >> 29 != 0 {
        return Err(Flaw::Damaged);
    }
    let size = Size::admit((sides & 0x3fff) + 1, (sides >> 14 & 0x3fff) + 1)?;
    Ok((size, Frame::Lossless(Lossless { has_alpha: sides >> 28 & 1 == 1, stream: reader.rest() })))
}

/// Four bytes per pixel. The decoder needs no other memory of this size if the header says that there is alpha; so this
/// one always does.
fn lossless(stream: &[u8], size: Size) -> Result<Vec<u8>, Flaw> {
    walk::walk(stream, size)?;
    let sides = (size.width - 1) | (size.height - 1) << 14 | 1 << 28;
    let chunk = u32::try_from(stream.len() + 5).map_err(|_| Flaw::Damaged)?;
    let padding = &[0][..stream.len().is_multiple_of(2).into()];
    let header = [
        &b"RIFF"[..],
        &(chunk + 12 + u32::from(!padding.is_empty())).to_le_bytes(),
        b"WEBPVP8L",
        &chunk.to_le_bytes(),
        &[0x2f],
        &sides.to_le_bytes(),
    ]
    .concat();
    let mut decoder = WebPDecoder::new(Joined::new([&header, stream, padding])).map_err(|_| Flaw::Damaged)?;
    let mut pixels = vec![0; size.pixels() * 4];
    decoder.read_image(&mut pixels).map_err(|_| Flaw::Damaged)?;
    Ok(pixels)
}

/// The planes of a lossy picture become smaller before they are colours.
fn lossy(frame: &[u8], alpha: Option<&[u8]>, size: Size, longest: u32) -> Result<Picture, Flaw> {
    let decode = || {
        let frame = Vp8Decoder::decode_frame(frame).map_err(|_| Flaw::Damaged)?;
        let is_whole = (u32::from(frame.width), u32::from(frame.height)) == (size.width, size.height);
        if is_whole { Ok([frame.ybuf, frame.ubuf, frame.vbuf]) } else { Err(Flaw::Damaged) }
    };
    // Unpacking transparency takes more memory than planes, and is worth it only if they are not damaged.
    let alpha = alpha.map(|alpha| decode().map(drop).and_then(|()| alpha::decode(alpha, size))).transpose()?;
    let mut planes = decode()?;
    let stride = (size.width as usize).next_multiple_of(16);
    if let Some(alpha) = alpha {
        alpha::lay_on_paper(&mut planes, stride, &alpha, size);
    }
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let (target, mut reducer, mut samples) = (size.within(longest), Reducer::default(), Vec::new());
    for (plane, parts) in planes.into_iter().zip([1, 2, 2]) {
        let content = (width / f64::from(parts), height / f64::from(parts));
        let plane = Plane::filled(stride / usize::from(parts as u8), plane, content);
        samples.push(reducer.plane(plane, target)?);
    }
    Ok(Picture { size: target, rgb: Colours::Television.rgb(&samples) })
}
