//! What others see of a picture: smaller copies, encoded here, and a blur to show while they load.

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, RgbImage};

use crate::Flaw;
use crate::picture::{Decoded, Picture};
use crate::planes::Reducer;
use crate::size::Size;

/// How well the copies are encoded, the best one first. Each is another file, should one look like something else.
const QUALITIES: [u8; 4] = [82, 80, 78, 85];
/// A blur says no more than this many pixels do.
const BLURRED: u32 = 32;
const FEW: u32 = 3;
const MANY: u32 = 4;

/// A photo as it is published.
#[derive(Debug)]
pub struct Photo {
    /// In the order of the sizes that were asked for.
    pub renditions: Vec<Rendition>,
    pub blurhash: String,
}

#[derive(Debug)]
pub struct Rendition {
    pub width: u32,
    pub height: u32,
    pub jpeg: Vec<u8>,
}

pub(super) fn render(decoded: Decoded, sizes: &[u32]) -> Result<Photo, Flaw> {
    let Decoded { picture, orientation } = decoded;
    let mut reducer = Reducer::default();
    let mut renditions = Vec::with_capacity(sizes.len());
    let mut last = turn(picture, orientation)?;
    for longest in sizes {
        last = reducer.shrink(last, *longest)?;
        renditions.push(encode(&last)?);
    }
    let blurhash = blur(&reducer.shrink(last, BLURRED)?)?;
    Ok(Photo { renditions, blurhash })
}

/// The picture as it is to be held.
fn turn(picture: Picture, orientation: Orientation) -> Result<Picture, Flaw> {
    if orientation == Orientation::NoTransforms {
        return Ok(picture);
    }
    let Picture { size, rgb } = picture;
    let image = RgbImage::from_raw(size.width, size.height, rgb).ok_or(Flaw::Damaged)?;
    let mut image = DynamicImage::ImageRgb8(image);
    image.apply_orientation(orientation);
    let size = Size { width: image.width(), height: image.height() };
    Ok(Picture { size, rgb: image.into_rgb8().into_raw() })
}

/// Encodes anew until the file looks like nothing but a picture. Pixels can be chosen so that one quality spells
/// something; nobody can do it for all of them.
fn encode(picture: &Picture) -> Result<Rendition, Flaw> {
    let Size { width, height } = picture.size;
    for quality in QUALITIES {
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
        encoder.encode(&picture.rgb, width, height, ExtendedColorType::Rgb8).map_err(|_| Flaw::Damaged)?;
        if !looks_like_something_else(&jpeg) {
            return Ok(Rendition { width, height, jpeg });
        }
    }
    Err(Flaw::Damaged)
}

/// What readers of archives look for at the end, and readers of PDF and browsers that guess near the beginning.
const ELSEWHERE: [&[u8]; 6] = [b"PK\x05\x06", b"PK\x03\x04", b"%pdf-", b"<html", b"<script", b"<!doctype"];

fn looks_like_something_else(file: &[u8]) -> bool {
    let begins =
        |at: usize, sign: &[u8]| file.get(at..at + sign.len()).is_some_and(|piece| piece.eq_ignore_ascii_case(sign));
    let first = |byte: u8| matches!(byte, b'P' | b'p' | b'%' | b'<');
    let suspects = file.iter().enumerate().filter(|(_, byte)| first(**byte));
    suspects.map(|(at, _)| at).any(|at| ELSEWHERE.iter().any(|sign| begins(at, sign)))
}

/// A picture of a few colours in a line of text, see <https://blurha.sh>.
fn blur(picture: &Picture) -> Result<String, Flaw> {
    let Size { width, height } = picture.size;
    let (across, down) = if width < height { (FEW, MANY) } else { (MANY, FEW) };
    let rgba: Vec<u8> = picture.rgb.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], u8::MAX]).collect();
    blurhash::encode(across, down, width, height, &rgba).map_err(|_| Flaw::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_spells_something_is_noticed() {
        for sign in ELSEWHERE {
            let file = [b"\xff\xd8 ", sign, b" \xff\xd9"].concat();
            assert!(looks_like_something_else(&file), "{sign:?}");
            assert!(looks_like_something_else(&file.to_ascii_uppercase()), "{sign:?}");
        }
        assert!(!looks_like_something_else(b"\xff\xd8 PK %PD <p> <"));
    }
}
