//! Whether somebody is there: as long as one of their sockets holds a lease.

use super::id::UserId;
use super::settings::Settings;
use super::socket::{ConnectionId, Socket};
use super::time::Timestamp;

/// The most people that one socket watches.
pub const MAX_WATCHED: usize = 100;

/// The largest number that every client reads exactly.
const LAST: u64 = (1 << 53) - 1;

/// What the registry knows of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    pub user_id: UserId,
    pub is_online: bool,
    /// Since when they are there, or when they were seen last; nothing of who was never there, or long ago.
    pub at: Option<Timestamp>,
    /// Whether those who watch them were told that they are there.
    pub is_told_online: bool,
    /// Grows with everything that happens to their sockets.
    pub version: u64,
    /// The version of the settings that say who may know.
    pub settings_version: u64,
}

/// A socket whose owner wants to hear of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    pub user_id: UserId,
    pub connection_id: ConnectionId,
}

impl Presence {
    pub const fn unknown(user_id: UserId) -> Self {
        Self { user_id, is_online: false, at: None, is_told_online: false, version: 0, settings_version: 0 }
    }

    /// The last word about somebody who has erased their account: later than all others.
    pub const fn ended(user_id: UserId) -> Self {
        Self { version: LAST, ..Self::unknown(user_id) }
    }

    /// Somebody with these sockets, who was seen last at `seen_at`.
    pub fn of(user_id: UserId, sockets: &[Socket], seen_at: Option<Timestamp>, now: Timestamp) -> Self {
        let came_at = sockets.iter().filter(|socket| socket.is_live(now)).map(|socket| socket.connected_at).min();
        Self { is_online: came_at.is_some(), at: came_at.or(seen_at), ..Self::unknown(user_id) }
    }

    /// As those who watch may know it: of somebody who does not want it known, that they are not there.
    #[must_use]
    pub fn under(self, settings: &Settings) -> Self {
        let known = Self { settings_version: settings.version, ..self };
        if settings.hides_presence() { Self { is_online: false, at: None, ..known } } else { known }
    }

    /// Which of two words about somebody is the later one: whatever changes them, one of the two versions grows, and none
    /// ever falls.
    pub const fn order(&self) -> u64 {
        self.version.saturating_add(self.settings_version)
    }

    /// Whether those who watch have something to hear.
    pub const fn is_news(&self) -> bool {
        self.is_online != self.is_told_online
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Id, SessionId};
    use crate::domain::settings;
    use crate::domain::socket::LEASE;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn person() -> UserId {
        UserId::from_parts(NOW, [1; 10])
    }

    fn socket(connected_at: Timestamp, lease_until: Timestamp) -> Socket {
        Socket {
            connection_id: ConnectionId::new("a"),
            user_id: person(),
            session_id: SessionId::from_parts(NOW, [2; 10]),
            connected_at,
            lease_until,
        }
    }

    #[test]
    fn somebody_is_there_while_one_of_their_sockets_is() {
        let (early, late) = (NOW - LEASE * 3, NOW - LEASE);
        let (gone, here) = (socket(early, NOW), socket(late, NOW + LEASE));
        let both = Presence::of(person(), &[gone.clone(), here], Some(NOW), NOW);
        assert_eq!((both.is_online, both.at), (true, Some(late)), "a lapsed lease says nothing");
        let nobody = Presence::of(person(), &[gone], Some(early), NOW);
        assert_eq!((nobody.is_online, nobody.at), (false, Some(early)));
    }

    #[test]
    fn whoever_hides_is_told_to_be_away_and_later_than_what_was_told_before() {
        let here = Presence { version: 7, ..Presence::of(person(), &[socket(NOW, NOW + LEASE)], None, NOW) };
        let shown = Settings { version: 1, ..Settings::of_newcomer(person()) };
        let mut hiding = Settings { version: 2, ..shown.clone() };
        hiding.wishes.presence = settings::Presence::Nobody;
        let (before, after) = (here.clone().under(&shown), here.under(&hiding));
        assert_eq!((before.is_online, before.at, after.is_online, after.at), (true, Some(NOW), false, None));
        assert!(before.order() < after.order());
    }

    #[test]
    fn there_is_news_until_it_was_told() {
        let here = Presence::of(person(), &[socket(NOW, NOW + LEASE)], None, NOW);
        assert!(here.is_news() && !Presence { is_told_online: true, ..here }.is_news());
        let gone = Presence::unknown(person());
        assert!(!gone.is_news() && Presence { is_told_online: true, ..gone }.is_news());
    }
}
