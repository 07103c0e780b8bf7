//! What two people think of each other: like, pass, match, unmatch, block.
//!
//! One value holds both sides, so that a match is decided by one conditional write and every surface can ask one item
//! whether these two may still see each other.

use super::id::{ConversationId, UserId};
use super::time::Timestamp;
use crate::error::{Code, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The two people in the order of their ids.
    people: [UserId; 2],
    /// Grows with every change; zero before the first.
    pub version: u64,
    sides: [Side; 2],
    pub connection: Connection,
}

/// What one of the two has said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    pub stance: Option<Stance>,
    pub blocked_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stance {
    Liked { at: Timestamp, intro: Option<String> },
    Passed { at: Timestamp },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    #[default]
    None,
    Matched {
        conversation_id: ConversationId,
        at: Timestamp,
    },
    /// Unmatched or blocked. These two do not meet again.
    Ended,
}

/// A like that its receiver has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingLike<'p> {
    pub at: Timestamp,
    pub intro: Option<&'p str>,
}

/// What came of a like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liked {
    Waiting,
    /// The other one had liked before: this like made the match.
    Matched(ConversationId),
    /// They had matched before; nothing changed.
    Already(ConversationId),
}

impl Pair {
    /// Two people who have not said anything about each other.
    pub fn strangers(a: UserId, b: UserId) -> Self {
        let people = if a <= b { [a, b] } else { [b, a] };
        Self { people, version: 0, sides: Default::default(), connection: Connection::None }
    }

    /// A pair as it was stored; `sides` are in the order of [`Self::people`].
    pub fn stored(people: [UserId; 2], version: u64, sides: [Side; 2], connection: Connection) -> Self {
        Self { people, version, sides, connection }
    }

    /// Whether neither has ever said anything about the other one.
    pub const fn is_of_strangers(&self) -> bool {
        self.version == 0
    }

    pub fn people(&self) -> [UserId; 2] {
        self.people
    }

    pub fn sides(&self) -> &[Side; 2] {
        &self.sides
    }

    pub fn side(&self, user_id: UserId) -> &Side {
        &self.sides[usize::from(user_id != self.people[0])]
    }

    pub fn other(&self, user_id: UserId) -> UserId {
        self.people[usize::from(user_id == self.people[0])]
    }

    /// Whether either of the two has blocked the other.
    pub fn is_blocked(&self) -> bool {
        self.sides.iter().any(|side| side.blocked_at.is_some())
    }

    /// Whether the two matched, and still reach each other.
    pub fn is_connected(&self) -> bool {
        matches!(self.connection, Connection::Matched { .. }) && !self.is_blocked()
    }

    /// Whether the other one may be suggested to `viewer`: no block, no answer given yet, no history together.
    pub fn may_be_suggested_to(&self, viewer: UserId) -> bool {
        !self.is_blocked() && self.side(viewer).stance.is_none() && self.connection == Connection::None
    }

    /// Whether `viewer` may see the other one's profile: nobody has blocked, and the other one is visible,
    /// connected, or waits for an answer to a like.
    pub fn may_be_seen_by(&self, viewer: UserId, other_is_visible: bool) -> bool {
        let is_connected = matches!(self.connection, Connection::Matched { .. });
        let has_liked = matches!(self.side(self.other(viewer)).stance, Some(Stance::Liked { .. }));
        !self.is_blocked() && (other_is_visible || is_connected || (has_liked && self.connection == Connection::None))
    }

    /// Answers about somebody who must not be seen are the answers about nobody.
    pub fn refuse_unless_seen(&self, viewer: UserId, other_is_visible: bool) -> Result<()> {
        if self.may_be_seen_by(viewer, other_is_visible) { Ok(()) } else { Err(Code::ProfileNotFound.into()) }
    }

    /// Whether `viewer` may report the other one: who may be seen, who was met before, and whom `viewer` has blocked.
    /// Blocking somebody first is no way to escape their report.
    pub fn may_be_reported_by(&self, viewer: UserId, other_is_visible: bool) -> bool {
        let have_met = self.connection != Connection::None;
        let has_blocked = self.side(viewer).blocked_at.is_some();
        have_met || has_blocked || self.may_be_seen_by(viewer, other_is_visible)
    }

    /// The like of the other one that waits for the answer of `receiver`.
    pub fn waiting_like(&self, receiver: UserId) -> Option<WaitingLike<'_>> {
        let is_open = !self.is_blocked() && self.side(receiver).stance.is_none() && self.connection == Connection::None;
        match &self.side(self.other(receiver)).stance {
            Some(Stance::Liked { at, intro }) if is_open => Some(WaitingLike { at: *at, intro: intro.as_deref() }),
            _ => None,
        }
    }

    /// What this person wrote when they liked the other one.
    pub fn intro_of(&self, user_id: UserId) -> Option<&str> {
        match &self.side(user_id).stance {
            Some(Stance::Liked { intro, .. }) => intro.as_deref(),
            _ => None,
        }
    }

    /// Whether the like of this person made the match, so that it is no news to them.
    pub fn was_matched_by(&self, user_id: UserId) -> bool {
        let Connection::Matched { at: matched_at, .. } = self.connection else { return false };
        matches!(self.side(user_id).stance, Some(Stance::Liked { at, .. }) if at == matched_at)
    }

    /// `conversation_id` is used if this like makes the match.
    pub fn like(
        &mut self,
        by: UserId,
        intro: Option<String>,
        conversation_id: ConversationId,
        now: Timestamp,
    ) -> Result<Liked> {
        self.refuse_if_apart()?;
        if let Connection::Matched { conversation_id, .. } = self.connection {
            return Ok(Liked::Already(conversation_id));
        }
        // Liking again changes nothing, unless it brings new words.
        if intro.is_some() || !matches!(self.side(by).stance, Some(Stance::Liked { .. })) {
            self.side_mut(by).stance = Some(Stance::Liked { at: now, intro });
        }
        let is_mutual = self.sides.iter().all(|side| matches!(side.stance, Some(Stance::Liked { .. })));
        if !is_mutual {
            return Ok(Liked::Waiting);
        }
        self.connection = Connection::Matched { conversation_id, at: now };
        Ok(Liked::Matched(conversation_id))
    }

    pub fn pass(&mut self, by: UserId, now: Timestamp) -> Result<()> {
        self.refuse_if_apart()?;
        if matches!(self.connection, Connection::Matched { .. }) {
            return Err(Code::AlreadyConnected.into());
        }
        self.side_mut(by).stance = Some(Stance::Passed { at: now });
        Ok(())
    }

    /// Takes a like back that was not returned. What is not there needs no taking back.
    pub fn take_back_like(&mut self, by: UserId) -> Result<()> {
        self.take_back(by, |stance| matches!(stance, Stance::Liked { .. }))
    }

    /// Takes a pass back.
    pub fn take_back_pass(&mut self, by: UserId) -> Result<()> {
        self.take_back(by, |stance| matches!(stance, Stance::Passed { .. }))
    }

    /// What two people who are through with each other once said stays: it opens nothing any more.
    fn take_back(&mut self, by: UserId, is_meant: impl Fn(&Stance) -> bool) -> Result<()> {
        match self.connection {
            Connection::Matched { .. } => Err(Code::AlreadyConnected.into()),
            Connection::Ended => Ok(()),
            Connection::None => {
                self.side_mut(by).stance.take_if(|stance| is_meant(stance));
                Ok(())
            }
        }
    }

    pub fn unmatch(&mut self) -> Result<()> {
        if !matches!(self.connection, Connection::Matched { .. }) || self.is_blocked() {
            return Err(Code::ConnectionNotFound.into());
        }
        self.connection = Connection::Ended;
        Ok(())
    }

    pub fn block(&mut self, by: UserId, now: Timestamp) {
        self.side_mut(by).blocked_at.get_or_insert(now);
        if matches!(self.connection, Connection::Matched { .. }) {
            self.connection = Connection::Ended;
        }
    }

    /// Takes the block back; what it ended stays ended.
    pub fn unblock(&mut self, by: UserId) {
        self.side_mut(by).blocked_at = None;
    }

    /// A block answers as if the other one did not exist, so that it is not to be found out by liking. An ended connection
    /// answers alike, so that the answer does not tell the two apart.
    fn refuse_if_apart(&self) -> Result<()> {
        if self.is_blocked() || self.connection == Connection::Ended {
            return Err(Code::ProfileNotFound.into());
        }
        Ok(())
    }

    fn side_mut(&mut self, user_id: UserId) -> &mut Side {
        &mut self.sides[usize::from(user_id != self.people[0])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);

    fn person(n: u8) -> UserId {
        UserId::from_parts(NOW, [n; 10])
    }

    fn conversation() -> ConversationId {
        ConversationId::from_parts(NOW, [9; 10])
    }

    #[derive(Clone, Copy, Debug)]
    enum Act {
        Like,
        Pass,
        TakeBackLike,
        TakeBackPass,
        Unmatch,
        Block,
        Unblock,
    }

    fn act(pair: &mut Pair, by: UserId, act: Act) {
        // Refused acts are part of the story: they must change nothing.
        match act {
            Act::Like => drop(pair.like(by, None, conversation(), NOW)),
            Act::Pass => drop(pair.pass(by, NOW)),
            Act::TakeBackLike => drop(pair.take_back_like(by)),
            Act::TakeBackPass => drop(pair.take_back_pass(by)),
            Act::Unmatch => drop(pair.unmatch()),
            Act::Block => pair.block(by, NOW),
            Act::Unblock => pair.unblock(by),
        }
    }

    fn acts() -> impl Strategy<Value = Vec<(bool, Act)>> {
        let act = prop::sample::select(vec![
            Act::Like,
            Act::Pass,
            Act::TakeBackLike,
            Act::TakeBackPass,
            Act::Unmatch,
            Act::Block,
            Act::Unblock,
        ]);
        prop::collection::vec((any::<bool>(), act), 0..12)
    }

    #[test]
    fn two_likes_make_one_match_whoever_was_first() {
        let (ada, bob) = (person(1), person(2));
        for (first, second) in [(ada, bob), (bob, ada)] {
            let mut pair = Pair::strangers(ada, bob);
            assert_eq!(pair.like(first, None, conversation(), NOW).unwrap(), Liked::Waiting);
            assert_eq!(pair.like(first, None, conversation(), NOW).unwrap(), Liked::Waiting);
            assert_eq!(pair.like(second, None, conversation(), NOW).unwrap(), Liked::Matched(conversation()));
            assert_eq!(pair.like(first, None, conversation(), NOW).unwrap(), Liked::Already(conversation()));
        }
    }

    #[test]
    fn a_block_ends_the_match_for_good_and_looks_like_nobody() {
        let (ada, bob) = (person(1), person(2));
        let mut pair = Pair::strangers(ada, bob);
        act(&mut pair, ada, Act::Like);
        act(&mut pair, bob, Act::Like);
        act(&mut pair, ada, Act::Block);
        assert_eq!(pair.connection, Connection::Ended);
        act(&mut pair, ada, Act::Unblock);
        assert_eq!(pair.like(bob, None, conversation(), NOW).unwrap_err().code(), Code::ProfileNotFound);
    }

    #[test]
    fn an_answer_that_is_taken_back_was_never_given() {
        let (ada, bob) = (person(1), person(2));
        let mut pair = Pair::strangers(ada, bob);
        act(&mut pair, ada, Act::Pass);
        act(&mut pair, bob, Act::Like);
        assert_eq!(pair.waiting_like(ada), None, "she has answered");
        pair.take_back_like(ada).unwrap();
        assert!(!pair.may_be_suggested_to(ada), "a pass is no like");
        pair.take_back_pass(ada).unwrap();
        assert!(pair.may_be_suggested_to(ada) && pair.waiting_like(ada).is_some());
        pair.take_back_like(bob).unwrap();
        assert_eq!((pair.sides(), pair.waiting_like(ada)), (Pair::strangers(ada, bob).sides(), None));
    }

    #[test]
    fn a_match_is_not_taken_back_and_what_is_over_stays_as_it_was() {
        let (ada, bob) = (person(1), person(2));
        let mut pair = Pair::strangers(ada, bob);
        act(&mut pair, ada, Act::Like);
        let later = Timestamp::from_unix_seconds(2_000);
        pair.like(bob, None, conversation(), later).unwrap();
        assert_eq!((pair.was_matched_by(ada), pair.was_matched_by(bob)), (false, true));
        let before = pair.clone();
        assert_eq!(pair.take_back_like(ada).unwrap_err().code(), Code::AlreadyConnected);
        assert_eq!(pair, before);
        act(&mut pair, ada, Act::Unmatch);
        let before = pair.clone();
        pair.take_back_like(ada).unwrap();
        assert_eq!(pair, before);
    }

    proptest! {
        #[test]
        fn a_like_waits_for_whoever_may_answer_it(acts in acts()) {
            let (ada, bob) = (person(1), person(2));
            let mut pair = Pair::strangers(ada, bob);
            for (by_ada, what) in acts {
                act(&mut pair, if by_ada { ada } else { bob }, what);
            }
            for receiver in [ada, bob] {
                if pair.waiting_like(receiver).is_some() {
                    prop_assert!(pair.may_be_suggested_to(receiver) && pair.may_be_seen_by(receiver, false));
                }
            }
        }

        #[test]
        fn a_match_needs_both_likes_and_no_block(acts in acts()) {
            let (ada, bob) = (person(1), person(2));
            let mut pair = Pair::strangers(ada, bob);
            for (by_ada, what) in acts {
                act(&mut pair, if by_ada { ada } else { bob }, what);
                if let Connection::Matched { .. } = pair.connection {
                    prop_assert!(!pair.is_blocked());
                    let both_liked = pair.sides().iter().all(|side| matches!(side.stance, Some(Stance::Liked { .. })));
                    prop_assert!(both_liked);
                }
            }
        }

        #[test]
        fn whoever_answered_blocked_or_matched_is_not_suggested_again(acts in acts()) {
            let (ada, bob) = (person(1), person(2));
            let mut pair = Pair::strangers(ada, bob);
            for (by_ada, what) in acts {
                act(&mut pair, if by_ada { ada } else { bob }, what);
            }
            for person in [ada, bob] {
                let untouched = pair.side(person).stance.is_none() && pair.connection == Connection::None;
                prop_assert_eq!(pair.may_be_suggested_to(person), untouched && !pair.is_blocked());
            }
        }
    }
}
