//! Copies that no album names: not yet, or not any more.

use std::time::Duration;

use super::PhotoKey;
use crate::domain::id::{Id, PhotoId, UserId};
use crate::domain::time::Timestamp;

/// After this time no check of a photo goes on any more: its slot is forgotten after an hour.
const SETTLED: Duration = Duration::from_hours(24);

/// Copies of a photo that may be stored, while no album shows them. A photo may have several: of each run that looked at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub photo_id: PhotoId,
    pub user_id: UserId,
    pub key: PhotoKey,
}

impl Draft {
    /// The id before which photos were begun so long ago that whatever is left of them is left for good. What staff
    /// refuses later is left at once, and its id is as old as the photo.
    pub fn settled_before(now: Timestamp) -> PhotoId {
        PhotoId::from_parts(now - SETTLED, [0; 10])
    }
}
