//! What staff looks at, and what it decides.

use crate::domain::id::{PhotoId, UserId};
use crate::domain::time::Timestamp;

/// What is done with a photo that can be shown, as far as its pixels go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screening {
    /// Others see it, and staff looks at it later.
    Show,
    /// Others see it once staff has looked at it.
    Hold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    Approved,
    Refused,
}

/// A photo that waits for somebody on the staff to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    pub photo_id: PhotoId,
    pub user_id: UserId,
    pub since: Timestamp,
}
