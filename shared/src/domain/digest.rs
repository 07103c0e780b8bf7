//! What a digest tells: how much somebody has missed, in numbers, and of which time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// What happened so short a time ago is left to the next digest: it may not be found by every read yet, and nobody has missed
/// it.
const SETTLING: Duration = Duration::from_mins(1);
/// A mail that is sent so long after its digest was due may come at a time at which none is wished.
pub const STALE_AFTER: Duration = Duration::from_hours(1);

/// How much of what is new; no names and no words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestCounts {
    /// Unread messages, in those conversations in which some are new.
    pub messages: u32,
    pub conversations: u32,
    pub matches: u32,
    /// Likes that wait for an answer.
    pub likes: u32,
}

impl DigestCounts {
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// The time whose news a digest tells: what came after the last one, up to a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewsWindow {
    after: Timestamp,
    until: Timestamp,
}

impl NewsWindow {
    /// `seen` is where the window of the last digest ended.
    pub fn since(seen: Timestamp, now: Timestamp) -> Self {
        Self { after: seen, until: (now - SETTLING).max(seen) }
    }

    pub fn contains(self, at: Timestamp) -> bool {
        self.after < at && at <= self.until
    }

    /// Where the next window begins, once this one was told of.
    pub const fn until(self) -> Timestamp {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn windows_that_follow_each_other_tell_of_everything_once(
            mut runs in prop::collection::vec(0..10_000_u64, 1..20),
            event in 0..10_000_u64,
        ) {
            runs.sort_unstable();
            let (mut seen, mut told) = (Timestamp::default(), 0);
            for run in &runs {
                let window = NewsWindow::since(seen, Timestamp::from_unix_seconds(*run));
                told += u32::from(window.contains(Timestamp::from_unix_seconds(event)));
                seen = window.until();
            }
            let is_due = event > 0 && runs.last().is_some_and(|last| event + SETTLING.as_secs() <= *last);
            prop_assert_eq!(told, u32::from(is_due));
        }
    }
}
