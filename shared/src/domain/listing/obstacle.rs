//! What keeps one person out of another one's list.

use crate::domain::pair::{Connection, Pair, Stance};
use crate::domain::profile::{FilterName, Profile, suit_each_other};
use crate::error::{Code, Result};

/// What keeps somebody out of one's own list, as far as it is one's own to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// One likes them already.
    Liked,
    /// One passed on them.
    Passed,
    /// The two are connected.
    Connected,
    /// The two were connected before.
    WereConnected,
    /// They are in nobody's list at the moment.
    Hiding,
    /// They lack what one's own filter asks for.
    OwnFilter(FilterName),
}

/// Whether `other` may be in the list of `me`: visible, new to `me`, not blocked, and both have what the other asks for.
pub fn may_be_listed(me: &Profile, other: &Profile, pair: &Pair) -> bool {
    me.user_id != other.user_id
        && other.details.visible
        && other.is_shown()
        && pair.may_be_suggested_to(me.user_id)
        && suit_each_other(&me.details, &other.details)
}

/// What keeps `other` out of the list of `me`, as far as `me` may know. Who may not be seen at all is refused like somebody
/// who does not exist.
///
/// Nothing is found for whoever is listed, and for whoever is kept out by a filter of their own: the two answers are one.
pub fn obstacles(me: &Profile, other: &Profile, pair: &Pair) -> Result<Vec<Obstacle>> {
    if me.user_id == other.user_id || !other.is_shown() {
        return Err(Code::ProfileNotFound.into());
    }
    pair.refuse_unless_seen(me.user_id, other.details.visible)?;
    let history = match (pair.connection, &pair.side(me.user_id).stance) {
        (Connection::Matched { .. }, _) => Some(Obstacle::Connected),
        (Connection::Ended, _) => Some(Obstacle::WereConnected),
        (Connection::None, Some(Stance::Liked { .. })) => Some(Obstacle::Liked),
        (Connection::None, Some(Stance::Passed { .. })) => Some(Obstacle::Passed),
        (Connection::None, None) => None,
    };
    let hiding = (!other.details.visible).then_some(Obstacle::Hiding);
    let filters = me.details.filters.refusing(&me.details, &other.details).map(Obstacle::OwnFilter);
    Ok(history.into_iter().chain(hiding).chain(filters).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::id::{ConversationId, Id, UserId};
    use crate::domain::profile::ProfileDetails;
    use crate::domain::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000);

    fn person(number: u8, said: &Value) -> Profile {
        let mut body = json!({"name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC"});
        for (field, value) in said.as_object().unwrap() {
            body[field] = value.clone();
        }
        let details = ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
        Profile::new(UserId::from_parts(NOW, [number; 10]), details, NOW)
    }

    fn pair(me: &Profile, other: &Profile, act: impl FnOnce(&mut Pair)) -> Pair {
        let mut pair = Pair::strangers(me.user_id, other.user_id);
        act(&mut pair);
        pair
    }

    fn conversation() -> ConversationId {
        ConversationId::from_parts(NOW, [9; 10])
    }

    #[test]
    fn one_hears_of_ones_own_side_and_of_nothing_else() {
        let me = person(1, &json!({"filters": {"fields": ["design"]}}));
        let other = person(2, &json!({}));
        let engineer = person(2, &json!({"field": "technology", "visible": false}));
        let strangers = |other: &Profile| pair(&me, other, |_| {});
        assert_eq!(obstacles(&me, &other, &strangers(&other)).unwrap(), []);
        assert!(may_be_listed(&me, &other, &strangers(&other)));
        let liked = pair(&me, &other, |pair| drop(pair.like(me.user_id, None, conversation(), NOW)));
        assert_eq!(obstacles(&me, &other, &liked).unwrap(), [Obstacle::Liked]);
        let passed = pair(&me, &other, |pair| drop(pair.pass(me.user_id, NOW)));
        assert_eq!(obstacles(&me, &other, &passed).unwrap(), [Obstacle::Passed]);
        let likes_me = pair(&me, &engineer, |pair| drop(pair.like(engineer.user_id, None, conversation(), NOW)));
        let expected = [Obstacle::Hiding, Obstacle::OwnFilter(FilterName::Fields)];
        assert_eq!(obstacles(&me, &engineer, &likes_me).unwrap(), expected);
        for (pair, other) in [(liked, &other), (passed, &other), (likes_me, &engineer)] {
            assert!(!may_be_listed(&me, other, &pair));
        }
    }

    #[test]
    fn a_filter_of_the_other_one_keeps_out_and_is_not_told() {
        let (me, open) = (person(1, &json!({})), person(2, &json!({})));
        let picky = person(2, &json!({"filters": {"fields": ["crafts"]}}));
        let strangers = pair(&me, &open, |_| {});
        assert!(may_be_listed(&me, &open, &strangers) && !may_be_listed(&me, &picky, &strangers));
        assert_eq!(obstacles(&me, &open, &strangers).unwrap(), obstacles(&me, &picky, &strangers).unwrap());
    }

    #[test]
    fn a_block_a_ban_and_a_hidden_stranger_are_nobody() {
        let me = person(1, &json!({}));
        let other = person(2, &json!({}));
        let mut banned = other.clone();
        banned.hidden_until = Some(Timestamp::from_unix_seconds(2_000));
        let hidden = person(2, &json!({"visible": false}));
        let blocked_by = |by: &Profile| pair(&me, &other, |pair| pair.block(by.user_id, NOW));
        let strangers = pair(&me, &other, |_| {});
        let cases = [
            (&other, blocked_by(&me)),
            (&other, blocked_by(&other)),
            (&banned, strangers.clone()),
            (&hidden, strangers),
        ];
        for (other, pair) in cases {
            assert_eq!(obstacles(&me, other, &pair).unwrap_err().code(), Code::ProfileNotFound);
            assert!(!may_be_listed(&me, other, &pair));
        }
        let myself = pair(&me, &other, |_| {});
        assert!(obstacles(&me, &me, &myself).is_err() && !may_be_listed(&me, &me, &myself));
    }
}
