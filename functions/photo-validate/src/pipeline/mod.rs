//! From the bytes of a stranger to the photo that others see.
//!
//! The type is told by the content, the size is read before anything is allocated for it, the whole file is decoded
//! strictly, and what is published is encoded here from pixels: no byte of an upload is ever passed on. Everything is pure,
//! so that a million hostile files need no network.

mod chunks;
mod entropy;
mod huffman;
mod jpeg;
mod pixels;
mod png;
mod render;
mod size;
#[cfg(test)]
mod tests;
mod webp;

use shared::domain::photo::Refusal;

pub use render::{Photo, Rendition};

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

/// Makes of an upload what others may see, or says why not.
pub fn process(upload: &[u8]) -> Result<Photo, Refusal> {
    let decoded = match Format::sniff(upload).ok_or(Refusal::Type)? {
        Format::Jpeg => jpeg::decode(upload)?,
        Format::Png => png::decode(upload)?,
        Format::WebP => webp::decode(upload)?,
    };
    render::render(decoded)
}
