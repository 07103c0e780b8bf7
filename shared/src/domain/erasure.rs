//! Erasing somebody: in which order what is known of them goes, and how far that has come.
//!
//! Everything but the last steps is done twice: what a request wrote that was under way when the erasure began is there when
//! it is gone through again, because no request lives as long as the pause between the two.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::UserId;
use super::outbox::OutboxEntry;
use super::time::Timestamp;

/// Longer than any request, ticket or delivery to a socket that may have begun before.
pub const SETTLE: Duration = Duration::from_secs(45);
/// After so long the address goes even if the mail that says goodbye has not been sent.
pub const FAREWELL_PATIENCE: Duration = Duration::from_hours(1);
/// How long it is known that somebody was erased: longer than the oldest backup, so that whoever restores one erases them again.
pub const TOMBSTONE_LIFETIME: Duration = Duration::from_hours(90 * 24);
/// Below which names the bucket of backups lists who was erased.
pub const LEDGER: &str = "erasures/v1/";

/// One place to go through, or a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Note it where no table that is restored can forget it.
    Ledger,
    /// End every session and have its sockets closed.
    SignOut,
    /// Leave, hand over or close projects, and take requests to join back.
    Projects,
    /// Close conversations of two, and take one's words and name out of all of them.
    Talks,
    /// What they and others think of each other.
    Pairs,
    /// Photos, and copies of one's data.
    Photos,
    /// The profile and all that lies beside it.
    Profile,
    /// Counters and marks.
    Marks,
    /// Wait until no request is under way that has seen the person alive.
    Settle,
    /// The registry of sockets, and who watches whom.
    Sockets,
    Sessions,
    /// The ways in, the address and the account itself. It comes last: what is asked about before is an account that goes.
    Account,
}

/// How many of these are done is stored by their number: what comes new into the first round is, for an erasure under way,
/// done in the second one. A tombstone of a shorter plan counts as not over, so that a restoration erases once too often.
const PLAN: [Step; 18] = [
    Step::Ledger,
    Step::SignOut,
    Step::Projects,
    Step::Talks,
    Step::Pairs,
    Step::Photos,
    Step::Profile,
    Step::Marks,
    Step::Settle,
    Step::Projects,
    Step::Talks,
    Step::Pairs,
    Step::Photos,
    Step::Profile,
    Step::Marks,
    Step::Sockets,
    Step::Sessions,
    Step::Account,
];

/// How far the erasure of somebody has come; what is left of it is their tombstone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    pub user_id: UserId,
    pub begun_at: Timestamp,
    /// How many steps are done.
    pub done: usize,
    /// When the last of them was.
    pub moved_at: Timestamp,
    /// The mail that says goodbye; the address stays until it was sent. The tombstone knows nothing of it.
    pub farewell: Option<OutboxEntry>,
}

impl Erasure {
    pub const fn begun(user_id: UserId, farewell: OutboxEntry, now: Timestamp) -> Self {
        Self { user_id, begun_at: now, done: 0, moved_at: now, farewell: Some(farewell) }
    }

    /// The same person once more, because a table that was restored names them again. A mail that says goodbye is not sent twice.
    #[must_use]
    pub fn again(&self, now: Timestamp) -> Self {
        Self { done: 0, moved_at: now, ..self.clone() }
    }

    /// Whether nothing of what was there at a moment can name the person.
    pub fn was_over(&self, by: Timestamp) -> bool {
        self.step().is_none() && self.moved_at < by
    }

    /// That of somebody whom only the ledger knows to have been erased.
    pub const fn of_the_ledger(user_id: UserId, now: Timestamp) -> Self {
        Self { user_id, begun_at: now, done: 0, moved_at: now, farewell: None }
    }

    /// What is to be done now; nothing once all is done.
    pub fn step(&self) -> Option<Step> {
        PLAN.get(self.done).copied()
    }

    /// The same with its step done.
    #[must_use]
    pub fn advanced(&self, now: Timestamp) -> Self {
        let done = self.done + 1;
        let farewell = self.farewell.clone().filter(|_| done < PLAN.len());
        Self { done, moved_at: now, farewell, ..self.clone() }
    }

    /// How long the pause between the two rounds still is.
    pub fn settles_in(&self, now: Timestamp) -> Duration {
        SETTLE.saturating_sub(now.since(self.moved_at))
    }

    /// Whether the mail that says goodbye is waited for no longer.
    pub fn is_past_farewell(&self, now: Timestamp) -> bool {
        now.since(self.begun_at) >= FAREWELL_PATIENCE
    }
}

/// Where the ledger notes that somebody was erased.
pub fn ledger_key(user_id: UserId) -> String {
    format!("{LEDGER}{user_id}.json")
}

/// Whom a name in the ledger is about.
pub fn noted(key: &str) -> Option<UserId> {
    key.strip_prefix(LEDGER)?.strip_suffix(".json")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Id, OutboxId};
    use crate::domain::outbox::{Effect, MailKind};

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn begun() -> Erasure {
        let user_id = UserId::from_parts(NOW, [1; 10]);
        let (id, effect) = (OutboxId::from_parts(NOW, [2; 10]), Effect::mail(MailKind::AccountErased, user_id));
        Erasure::begun(user_id, OutboxEntry { id, created_at: NOW, request_id: None, effect }, NOW)
    }

    fn steps() -> Vec<Step> {
        let mut erasure = begun();
        let mut steps = Vec::new();
        while let Some(step) = erasure.step() {
            steps.push(step);
            erasure = erasure.advanced(NOW);
        }
        steps
    }

    #[test]
    fn what_others_can_still_write_to_is_gone_through_again_after_the_pause() {
        let steps = steps();
        let pause = steps.iter().position(|step| *step == Step::Settle).unwrap();
        let (before, after) = (&steps[2..pause], &steps[pause + 1..]);
        assert_eq!(before, &after[..before.len()]);
        assert_eq!(steps[0], Step::Ledger, "from then on a restored table is no way back");
        assert_eq!(steps[1], Step::SignOut, "nobody does anything in their name any more");
        assert_eq!(after[before.len()..], [Step::Sockets, Step::Sessions, Step::Account]);
    }

    /// What is found by something else goes before it.
    #[test]
    fn a_project_is_left_before_its_conversation_is_gone_through_and_photos_before_the_list_of_them() {
        let steps = steps();
        let place = |step| steps.iter().position(|other| *other == step).unwrap();
        assert!(place(Step::Projects) < place(Step::Talks) && place(Step::Photos) < place(Step::Profile));
    }

    #[test]
    fn only_who_was_gone_before_a_backup_began_is_not_in_it() {
        let mut erasure = begun();
        while erasure.step().is_some() {
            assert!(!erasure.was_over(NOW + SETTLE), "{erasure:?}");
            erasure = erasure.advanced(NOW);
        }
        assert!(erasure.was_over(NOW + SETTLE) && !erasure.was_over(NOW));
        assert!(!erasure.again(NOW).was_over(NOW + SETTLE));
    }

    #[test]
    fn names_in_the_ledger_are_read_back() {
        let user_id = begun().user_id;
        assert_eq!(noted(&ledger_key(user_id)), Some(user_id));
        for foreign in ["erasures/v1/", "erasures/v1/ada.json", "erasures/v2/x", "backups/v1/2026-11-26/plan.json"] {
            assert_eq!(noted(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn the_pause_is_counted_from_the_step_before_it() {
        let later = NOW + Duration::from_hours(2);
        let erasure = begun().advanced(later);
        assert_eq!(erasure.settles_in(later), SETTLE);
        assert_eq!(erasure.settles_in(later + Duration::from_secs(40)), Duration::from_secs(5));
        assert_eq!(erasure.settles_in(later + SETTLE * 2), Duration::ZERO);
        assert!(erasure.is_past_farewell(later) && !erasure.is_past_farewell(NOW));
    }
}
