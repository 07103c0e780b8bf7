//! Photos: what is shown of them, and why some are not.

mod album;
mod draft;
mod link;
mod refusal;
mod review;
mod upload;

pub use album::{Album, Look, MAX_PHOTOS, Photo, PhotoKey, State};
pub use draft::Draft;
pub use link::{LINK_LIFETIME, link_start};
pub use refusal::Refusal;
pub use review::{Review, Ruling, Screening};
pub use upload::{FORM_LIFETIME, MAX_BYTES, MediaType, Upload};

/// The longest sides of what is made of a photo, in pixels, from the largest to the smallest. None is larger than its
/// original.
pub const SIZES: [u32; 3] = [1_080, 480, 160];
