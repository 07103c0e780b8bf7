//! Links to copies: for how long they are good.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// How long a link is good for at most.
pub const LINK_LIFETIME: Duration = Duration::from_mins(10);
/// Links of the same copy are alike for so long, so that whoever comes back has it in their cache.
const PERIOD: u64 = 300;

/// From when on the lifetime of a link counts that is made now.
pub fn link_start(now: Timestamp) -> Timestamp {
    Timestamp::from_unix_seconds(now.unix_seconds() / PERIOD * PERIOD)
}
