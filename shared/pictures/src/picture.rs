//! Decoded pictures: eight bits of red, green and blue per pixel, and nothing else.

use image::metadata::Orientation;

use super::size::Size;

/// What a photo's transparent parts are laid upon.
const PAPER: u32 = 255;

/// A picture of about the size of the largest copy, or smaller, with the direction in which it is to be held.
pub(crate) struct Decoded {
    pub(crate) picture: Picture,
    pub(crate) orientation: Orientation,
}

pub(crate) struct Picture {
    pub(crate) size: Size,
    /// Three bytes per pixel, row after row.
    pub(crate) rgb: Vec<u8>,
}

/// How many bytes a pixel of a decoder has, and what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// The fourth byte says nothing.
    Rgbx,
}

impl Layout {
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Rgbx => 4,
        }
    }

    /// The colour of a pixel on white.
    fn rgb(self, pixel: &[u8]) -> [u8; 3] {
        match (self, pixel) {
            (Self::Grey, [grey]) => [*grey; 3],
            (Self::GreyAlpha, [grey, alpha]) => [on_paper(*grey, *alpha); 3],
            (Self::Rgb, [red, green, blue]) | (Self::Rgbx, [red, green, blue, _]) => [*red, *green, *blue],
            (Self::Rgba, [red, green, blue, alpha]) => [*red, *green, *blue].map(|colour| on_paper(colour, *alpha)),
            _ => [0; 3],
        }
    }

    /// Appends a row of a decoder.
    pub(crate) fn append(self, row: &[u8], rgb: &mut Vec<u8>) {
        if self == Self::Rgb {
            rgb.extend_from_slice(row);
            return;
        }
        let from = rgb.len();
        rgb.resize(from + row.len() / self.bytes() * 3, 0);
        for (rgb, pixel) in rgb[from..].chunks_exact_mut(3).zip(row.chunks_exact(self.bytes())) {
            rgb.copy_from_slice(&self.rgb(pixel));
        }
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
        let rgb = |layout: Layout, pixels: &[u8]| {
            let mut rgb = Vec::new();
            layout.append(pixels, &mut rgb);
            rgb
        };
        let rgba = [10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128];
        assert_eq!(rgb(Layout::Rgba, &rgba), [10, 20, 30, 255, 255, 255, 127, 127, 127]);
        assert_eq!(rgb(Layout::Rgbx, &rgba), [10, 20, 30, 10, 20, 30, 0, 0, 0]);
        assert_eq!(rgb(Layout::GreyAlpha, &[7, 255, 7, 0]), [7, 7, 7, 255, 255, 255]);
        assert_eq!(rgb(Layout::Grey, &[7, 8]), [7, 7, 7, 8, 8, 8]);
        assert_eq!(rgb(Layout::Rgb, &[1, 2, 3]), [1, 2, 3]);
    }
}
