//! When the segments of a field are built anew.

use std::time::Duration;

use super::codec::{self, SegmentError};
use super::segment::Segment;
use crate::domain::time::Timestamp;

/// How long an edit may take to appear in the directory, from the time that it bears: a transaction is tried for some
/// seconds, and the index of the table follows it.
pub const LAG: Duration = Duration::from_mins(1);

/// Edits since the last build that make another one worth it: so many, or one in so many people.
const EDITS: usize = 50;
const EDITS_PER: usize = 50;
/// Whoever hid or is gone stays in a segment until then.
const OLD: Duration = Duration::from_hours(24);
/// A vector that was not there when the segment was built is by now, or will not be.
const AWAITED: Duration = Duration::from_hours(1);

/// What the first bytes of a segment say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub built_at: Timestamp,
    pub people: usize,
    /// How many of them had a text whose vector was still to come.
    pub awaiting: usize,
}

impl Head {
    /// Reads the start of a segment that has `length` bytes in all.
    pub fn read(start: &[u8], length: u64) -> Result<Self, SegmentError> {
        let head = codec::head(start)?;
        let whole = u64::try_from(Segment::HEADER + head.people * Segment::BYTES_EACH + codec::DIGEST);
        if whole == Ok(length) { Ok(head) } else { Err(SegmentError::Length) }
    }
}

/// How many edits since the oldest of these segments was built make a new build worth it.
pub fn enough_edits(heads: &[Head]) -> usize {
    let people: usize = heads.iter().map(|head| head.people).sum();
    EDITS.max(people / EDITS_PER)
}

/// Whether a field with these segments is to be built anew, given how many edits there were since the oldest of them.
pub fn is_due(heads: &[Head], edits: usize, now: Timestamp) -> bool {
    let oldest = heads.iter().map(|head| head.built_at).min();
    let age = oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
    let awaits = heads.iter().any(|head| head.awaiting > 0);
    edits >= enough_edits(heads) || age >= OLD || awaits && age >= AWAITED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_built_when_enough_changed_or_time_has_passed() {
        let now = Timestamp::from_unix_seconds(1_000_000);
        let head = |age: u64, people, awaiting| Head {
            built_at: Timestamp::from_unix_seconds(1_000_000 - age),
            people,
            awaiting,
        };
        assert!(!is_due(&[], 49, now), "a small field is read from the directory");
        assert!(is_due(&[], 50, now));
        assert!(!is_due(&[head(60, 100, 0)], 49, now));
        assert!(!is_due(&[head(60, 10_000, 0), head(60, 40_000, 0)], 999, now));
        assert!(is_due(&[head(60, 10_000, 0), head(60, 40_000, 0)], 1_000, now));
        assert!(is_due(&[head(60, 10, 0), head(86_400, 10, 0)], 0, now), "the oldest counts");
        assert!(is_due(&[head(3_600, 10, 1)], 0, now));
        assert!(!is_due(&[head(3_599, 10, 1)], 0, now));
    }
}
