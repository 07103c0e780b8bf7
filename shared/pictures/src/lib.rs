//! From the bytes of a stranger to the picture that others see.
//!
//! The type is told by the content, the size is read before anything is allocated for it, the whole file is decoded
//! strictly, and what is published is encoded here from pixels: no byte of an upload is ever passed on. Everything is pure,
//! so that a million hostile files need no network. It is a crate of its own, so that a fuzzer builds nothing else.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "samples are bytes, and no picture has more than fifty million"
)]

mod chunks;
mod colours;
mod jpeg;
mod picture;
mod planes;
mod png;
mod render;
mod size;
#[cfg(test)]
mod tests;
mod webp;
mod zlib;

pub use render::{Photo, Rendition};

/// Why something is no picture that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It is no JPEG, PNG or WebP of a common kind.
    Type,
    /// It has more pixels, or longer sides, than cameras make.
    Dimensions,
    /// It moves.
    Animated,
    /// It ends too early, or what it says about itself does not hold.
    Damaged,
}

/// What an upload claims to be, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Jpeg,
    Png,
    WebP,
}

impl Format {
    fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ => None,
        }
    }
}

/// Makes of a file copies with sides of at most so many pixels, the largest one first, or says why not.
pub fn process(file: &[u8], sizes: &[u32]) -> Result<Photo, Flaw> {
    let longest = sizes.first().copied().unwrap_or(1);
    let decoded = match Format::sniff(file).ok_or(Flaw::Type)? {
        Format::Jpeg => jpeg::decode(file, longest)?,
        Format::Png => png::decode(file, longest)?,
        Format::WebP => webp::decode(file, longest)?,
    };
    render::render(decoded, sizes)
}
