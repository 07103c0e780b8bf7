//! Copies before an album names them.

use std::time::Duration;

use super::PhotoKey;
use crate::domain::id::{Id, PhotoId, UserId};
use crate::domain::time::Timestamp;

/// After this time no check of a photo goes on any more: its slot is forgotten after an hour.
const SETTLED: Duration = Duration::from_hours(24);

/// A photo whose copies may be stored already, while no album shows it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub photo_id: PhotoId,
    pub user_id: UserId,
    pub key: PhotoKey,
}

impl Draft {
    /// The id before which photos were begun so long ago that whatever is left of them is left for good.
    pub fn settled_before(now: Timestamp) -> PhotoId {
        PhotoId::from_parts(now - SETTLED, [0; 10])
    }
}
