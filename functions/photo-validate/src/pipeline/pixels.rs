//! Decoded pictures: eight bits of red, green and blue per pixel, and nothing else.

use image::metadata::Orientation;

use super::size::Size;

/// What a photo's transparent parts are laid upon.
const PAPER: u32 = 255;

/// What a walk over an upload has found, before anything is decoded.
pub(super) struct Outline<'a> {
    /// From the first byte to the end of the picture.
    pub(super) bytes: &'a [u8],
    pub(super) size: Size,
    pub(super) orientation: Orientation,
}

/// A picture with the direction in which it is to be held.
pub(super) struct Decoded {
    pub(super) picture: Picture,
    pub(super) orientation: Orientation,
}

pub(super) struct Picture {
    pub(super) size: Size,
    /// Three bytes per pixel, row after row.
    pub(super) rgb: Vec<u8>,
}

/// How many bytes a pixel of a decoder has, and what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
}

impl Layout {
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    /// The colour of a pixel on white.
    fn rgb(self, pixel: &[u8]) -> [u8; 3] {
        match (self, pixel) {
            (Self::Grey, [grey]) => [*grey; 3],
            (Self::GreyAlpha, [grey, alpha]) => [on_paper(*grey, *alpha); 3],
            (Self::Rgb, [red, green, blue]) => [*red, *green, *blue],
            (Self::Rgba, [red, green, blue, alpha]) => [*red, *green, *blue].map(|colour| on_paper(colour, *alpha)),
            _ => [0; 3],
        }
    }

    /// Appends a row of a decoder.
    pub(super) fn append(self, row: &[u8], rgb: &mut Vec<u8>) {
        match self {
            Self::Rgb => rgb.extend_from_slice(row),
            _ => rgb.extend(row.chunks_exact(self.bytes()).flat_map(|pixel| self.rgb(pixel))),
        }
    }

    /// Turns a whole picture of a decoder into red, green and blue, in its own memory if there is room.
    pub(super) fn convert(self, mut pixels: Vec<u8>) -> Vec<u8> {
        if self.bytes() < 3 {
            let mut rgb = Vec::with_capacity(pixels.len() / self.bytes() * 3);
            self.append(&pixels, &mut rgb);
            return rgb;
        }
        if self == Self::Rgba {
            let count = pixels.len() / 4;
            for index in 0..count {
                let from = index * 4;
                let colour = self.rgb(&pixels[from..from + 4]);
                pixels[index * 3..index * 3 + 3].copy_from_slice(&colour);
            }
            pixels.truncate(count * 3);
        }
        pixels
    }
}

fn on_paper(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u32::from(colour), u32::from(alpha));
    let mixed = (colour * alpha + PAPER * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transparent_parts_are_white() {
        let rgba = vec![10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128];
        assert_eq!(Layout::Rgba.convert(rgba), [10, 20, 30, 255, 255, 255, 127, 127, 127]);
        assert_eq!(Layout::GreyAlpha.convert(vec![7, 255, 7, 0]), [7, 7, 7, 255, 255, 255]);
        assert_eq!(Layout::Grey.convert(vec![7, 8]), [7, 7, 7, 8, 8, 8]);
        assert_eq!(Layout::Rgb.convert(vec![1, 2, 3]), [1, 2, 3]);
    }
}
