//! Settings: who may see whether one is there, and which mails one gets when one was not.
//!
//! [`SettingsInput`] is what a client may send, [`Wishes`] what it becomes once every value was checked, and [`Settings`] adds
//! what the server alone decides: whose they are, their version, and the time zone, which is that of the profile.

mod choice;
mod quiet;
mod schedule;
mod wire;
mod wishes;

pub use choice::{Cadence, NewsKind, Presence, Weekday};
pub use quiet::{Hour, QuietHours};
pub use wire::{DigestInput, SettingsInput};
pub use wishes::{DigestWishes, Wishes};

use super::id::UserId;
use super::profile::TimeZone;
use super::time::Timestamp;

/// One person's settings. Whoever has never set any has the default ones, of version 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub user_id: UserId,
    /// Grows by one whenever the wishes or the time zone become others.
    pub version: u64,
    pub wishes: Wishes,
    pub time_zone: TimeZone,
}

impl Settings {
    /// What holds for somebody who has set nothing.
    pub fn of_newcomer(user_id: UserId) -> Self {
        Self { user_id, version: 0, wishes: Wishes::default(), time_zone: TimeZone::UTC }
    }

    /// Nothing is stored: everybody with a profile has settings, so there is none, or none any more.
    pub const fn is_of_newcomer(&self) -> bool {
        self.version == 0
    }

    #[must_use]
    pub fn changed(self, wishes: Wishes) -> Self {
        Self { version: self.version.saturating_add(1), wishes, ..self }
    }

    /// The settings to be stored with a profile that says this time zone, unless they are so already.
    pub fn settled_in(&self, time_zone: TimeZone) -> Option<Self> {
        let is_known = self.version > 0 && self.time_zone == time_zone;
        (!is_known).then(|| Self { version: self.version.saturating_add(1), time_zone, ..self.clone() })
    }

    /// When the next digest is due after this moment, if any is wished.
    pub fn next_digest(&self, after: Timestamp) -> Option<Timestamp> {
        self.wishes.digest.next(self.time_zone, after)
    }

    /// Whether nobody may know that the person is there.
    pub fn hides_presence(&self) -> bool {
        self.wishes.presence == Presence::Nobody
    }

    /// Whether the person does not want to hear of anything at this moment.
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        self.wishes.digest.is_quiet(self.time_zone, now)
    }

    /// Whether somebody who is no connection may see that the person is online.
    pub fn shows_presence_to_everyone(&self) -> bool {
        self.wishes.presence == Presence::Everyone
    }

    /// Whether `after` wants digests where these settings wanted none: what came in between is not made up for.
    pub fn is_resumed_by(&self, after: &Self) -> bool {
        let wants = |settings: &Self| settings.wishes.digest.cadence != Cadence::Never;
        !wants(self) && wants(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    #[test]
    fn settings_follow_the_time_zone_of_the_profile_and_nothing_else_of_it() {
        let berlin = TimeZone::parse("Europe/Berlin").unwrap();
        let nobody = Settings::of_newcomer(UserId::from_parts(Timestamp::default(), [1; 10]));
        let first = nobody.settled_in(TimeZone::UTC).unwrap();
        assert_eq!((first.version, first.time_zone), (1, TimeZone::UTC), "the first profile brings them along");
        assert_eq!(first.settled_in(TimeZone::UTC), None);
        let moved = first.settled_in(berlin).unwrap();
        assert_eq!((moved.version, moved.time_zone, &moved.wishes), (2, berlin, &first.wishes));
    }
}
