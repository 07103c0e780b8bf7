//! How far somebody has received and read a conversation. Marks only move forward.

use crate::domain::id::UserId;

/// Somebody who takes part, and their marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    pub user_id: UserId,
    /// The last entry that they have read.
    pub read_seq: u64,
    /// How many messages they have read: the conversation's `count` at `read_seq`.
    pub read_count: u64,
    /// The last entry that one of their devices has received.
    pub delivered_seq: u64,
}

/// What somebody says about themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Delivered,
    Read,
}

/// A mark that moves to the entry with this number, up to which there are so many messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    pub mark: Mark,
    pub seq: u64,
    pub count: u64,
}

impl Participant {
    /// Somebody who has just come: what was said before is not unread.
    pub const fn new(user_id: UserId, seq: u64, count: u64) -> Self {
        Self { user_id, read_seq: seq, read_count: count, delivered_seq: seq }
    }

    /// How many of a conversation's messages they have not read.
    pub const fn unread(&self, count: u64) -> u64 {
        count.saturating_sub(self.read_count)
    }

    /// Whether a mark would move at all.
    pub const fn is_moved_by(&self, mark: Mark, seq: u64) -> bool {
        match mark {
            Mark::Delivered => seq > self.delivered_seq,
            Mark::Read => seq > self.read_seq,
        }
    }

    /// The marks after a move. What is read was received.
    #[must_use]
    pub fn advanced(&self, advance: Advance) -> Self {
        let mut after = self.clone();
        if advance.mark == Mark::Read && advance.seq > self.read_seq {
            after.read_seq = advance.seq;
            after.read_count = advance.count;
        }
        after.delivered_seq = self.delivered_seq.max(advance.seq);
        after
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::time::Timestamp;

    fn advances() -> impl Strategy<Value = Vec<Advance>> {
        // Every third entry changes an earlier message and counts for nothing.
        let advance = (prop::bool::ANY, 0..60_u64).prop_map(|(is_read, seq)| Advance {
            mark: if is_read { Mark::Read } else { Mark::Delivered },
            seq,
            count: seq - seq / 3,
        });
        prop::collection::vec(advance, 0..20)
    }

    proptest! {
        #[test]
        fn marks_never_go_back_whatever_the_order(advances in advances()) {
            let mut marks = Participant::new(UserId::from_parts(Timestamp::default(), [1; 10]), 0, 0);
            for advance in &advances {
                let after = marks.advanced(*advance);
                prop_assert!(after.read_seq >= marks.read_seq && after.delivered_seq >= marks.delivered_seq);
                prop_assert!(after.read_count >= marks.read_count && after.delivered_seq >= after.read_seq);
                prop_assert_eq!(after != marks, marks.is_moved_by(advance.mark, advance.seq)
                    || advance.seq > marks.delivered_seq);
                marks = after;
            }
            let furthest = advances.iter().filter(|advance| advance.mark == Mark::Read).max_by_key(|advance| advance.seq);
            prop_assert_eq!(marks.read_seq, furthest.map_or(0, |advance| advance.seq));
            prop_assert_eq!(marks.read_count, furthest.map_or(0, |advance| advance.count));
        }
    }
}
