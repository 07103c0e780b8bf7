//! Photos as they are shown.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::domain::id::PhotoId;
use shared::domain::photo::{MAX_BYTES, Refusal};
use shared::domain::time::Timestamp;
use shared::ports::photos::Form;
use utoipa::ToSchema;

/// A photo that others may see.
#[derive(Serialize, ToSchema)]
pub(crate) struct PhotoView {
    pub(crate) photo_id: PhotoId,
    /// What to show while it loads, see <https://blurha.sh>.
    #[schema(example = "LEHV6nWB2yk8pyo0adR*.7kCMdnj")]
    pub(crate) blurhash: String,
    /// From the largest to the smallest, with sides of at most 1,080, 480 and 160 pixels. None is larger than its original.
    pub(crate) copies: Vec<CopyView>,
}

/// A JPEG of some size.
#[derive(Serialize, ToSchema)]
pub(crate) struct CopyView {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Good for five to ten minutes.
    pub(crate) url: String,
}

/// One's own photos, in their order.
#[derive(Serialize, ToSchema)]
pub(crate) struct PhotoList {
    pub(crate) items: Vec<OwnPhoto>,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PhotoState {
    /// Nothing was uploaded yet, or it is being looked at.
    Checking,
    /// Others will see it once staff has looked at it.
    Held,
    /// Others can see it.
    Ready,
    /// Others will never see it.
    Refused,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OwnPhoto {
    pub(crate) photo_id: PhotoId,
    pub(crate) state: PhotoState,
    /// Why it was refused.
    pub(crate) reason: Option<Refusal>,
    /// The same as a sentence.
    pub(crate) detail: Option<&'static str>,
    pub(crate) blurhash: Option<String>,
    /// Empty unless it is ready or held.
    pub(crate) copies: Vec<CopyView>,
    pub(crate) created_at: Timestamp,
}

/// Where to send a file, as `multipart/form-data`: all fields as they are, and then `file`.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadForm {
    photo_id: PhotoId,
    url: String,
    fields: BTreeMap<String, String>,
    max_bytes: u64,
    expires_at: Timestamp,
}

impl UploadForm {
    pub(crate) fn new(photo_id: PhotoId, form: Form) -> Self {
        let Form { url, fields, expires_at } = form;
        Self { photo_id, url, fields, max_bytes: MAX_BYTES, expires_at }
    }
}
