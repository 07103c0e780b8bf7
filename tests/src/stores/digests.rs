//! Settings and the digests that are due by them, when both change at the same moment.

use std::time::Duration;

use shared::adapters::dynamo::{DynamoDigests, DynamoOutbox, DynamoProfiles, DynamoSettings};
use shared::config::TableName;
use shared::domain::digest::DigestCounts;
use shared::domain::id::UserId;
use shared::domain::outbox::Effect;
use shared::domain::profile::{Profile, ProfileDetails};
use shared::domain::settings::{Cadence, Presence, Settings, Wishes};
use shared::domain::time::Timestamp;
use shared::ports::digests::{DigestMail, DigestState, Digests};
use shared::ports::profiles::{Consequences, Profiles};
use shared::ports::settings::{SettingsReader, SettingsStore};

use super::{Hands, finish, table, today};
use crate::support::{Town, eventually};

const HOUR: Duration = Duration::from_hours(1);

fn settings() -> DynamoSettings {
    DynamoSettings::new(table(TableName::Profiles), DynamoOutbox::new(table(TableName::Outbox)))
}

fn digests() -> DynamoDigests {
    DynamoDigests::new(table(TableName::Profiles), DynamoOutbox::new(table(TableName::Outbox)))
}

fn hidden() -> Wishes {
    Wishes { presence: Presence::Nobody, ..Wishes::default() }
}

fn state(user_id: UserId) -> Option<DigestState> {
    finish(digests().find_many(&[user_id])).unwrap().pop()
}

/// A mail that nobody is to send: its row is taken away again.
fn mail(user_id: UserId, seen: Timestamp) -> DigestMail {
    let counts = DigestCounts { likes: 1, ..DigestCounts::default() };
    DigestMail { promise: Hands::at(today()).ambient().promise(Effect::digest(user_id, counts)), seen }
}

fn promises(user_id: UserId) -> usize {
    Town::peaceful().outbox().iter().filter(|row| row.contains(&user_id.to_string())).count()
}

#[test]
fn of_two_edits_at_once_one_is_refused() {
    let user_id = Hands::at(today()).ambient().id::<UserId>();
    let nothing = Settings::of_newcomer(user_id);
    assert_eq!(finish(settings().find(user_id)).unwrap(), nothing);
    let first = nothing.clone().changed(hidden());
    assert!(finish(settings().replace(&nothing, &first, None)).unwrap());
    assert!(!finish(settings().replace(&nothing, &nothing.clone().changed(Wishes::default()), None)).unwrap());
    assert_eq!(finish(settings().find(user_id)).unwrap(), first);
    let second = first.clone().changed(Wishes::default());
    assert!(finish(settings().replace(&first, &second, None)).unwrap());
    assert!(!finish(settings().replace(&first, &second, None)).unwrap(), "the version is another one");
}

#[test]
fn everybody_who_is_asked_about_has_settings() {
    let hands = Hands::at(today());
    let [ada, bob] = [(); 2].map(|()| hands.ambient().id::<UserId>());
    let nothing = Settings::of_newcomer(ada);
    let set = nothing.clone().changed(hidden());
    assert!(finish(settings().replace(&nothing, &set, None)).unwrap());
    let mut found = finish(settings().find_many(&[bob, ada, bob])).unwrap();
    found.sort_by_key(|one| one.version);
    assert_eq!(found, [Settings::of_newcomer(bob), set]);
    assert_eq!(finish(settings().find_many(&[])).unwrap(), []);
}

#[test]
fn settings_come_with_the_first_profile_or_neither_is_stored() {
    let hands = Hands::at(today());
    let user_id = hands.ambient().id::<UserId>();
    let said = serde_json::json!({"name": "Ada", "field": "crafts", "experience_years": 5, "time_zone": "Asia/Tokyo"});
    let details = ProfileDetails::parse(&serde_json::from_value(said).unwrap()).unwrap();
    let profile = Profile::new(user_id, details, today());
    let outbox = DynamoOutbox::new(table(TableName::Outbox));
    let profiles = DynamoProfiles::new(table(TableName::Profiles), outbox);
    let with = |settings: Option<Settings>| Consequences { promise: None, settings };
    let nothing = Settings::of_newcomer(user_id);
    let first = nothing.settled_in(profile.details.time_zone);
    // Somebody sets something between the read and the write.
    let hasty = nothing.clone().changed(hidden());
    assert!(finish(settings().replace(&nothing, &hasty, None)).unwrap());
    assert!(!finish(profiles.save(&profile, &with(first))).unwrap());
    assert_eq!(finish(profiles.find(user_id)).unwrap(), None);
    assert!(finish(profiles.save(&profile, &with(hasty.settled_in(profile.details.time_zone)))).unwrap());
    let stored = finish(settings().find(user_id)).unwrap();
    assert_eq!((stored.version, stored.wishes, stored.time_zone.as_str()), (2, hidden(), "Asia/Tokyo"));
    assert!(state(user_id).is_some_and(|state| state.due > today() && state.seen.since(today()) < HOUR));
}

#[test]
fn a_digest_is_promised_once_and_not_by_settings_that_are_others_now() {
    let user_id = Hands::at(today()).ambient().id::<UserId>();
    let nothing = Settings::of_newcomer(user_id);
    let first = nothing.clone().changed(Wishes::default());
    assert!(finish(settings().replace(&nothing, &first, None)).unwrap());
    let before = state(user_id).unwrap();
    let (next, seen) = (before.due + HOUR * 24, today() + HOUR);
    let promise = mail(user_id, seen);
    assert!(finish(digests().advance(&before, Some(next), Some(&promise))).unwrap());
    assert!(!finish(digests().advance(&before, Some(next), Some(&mail(user_id, seen)))).unwrap(), "another run");
    let moved = state(user_id).unwrap();
    assert_eq!((moved.due, moved.seen, moved.settings.version), (next, seen, 1));

    // The settings become others, and what was told stays told.
    let second = first.clone().changed(hidden());
    assert!(finish(settings().replace(&first, &second, None)).unwrap());
    let late = DigestState { due: state(user_id).unwrap().due, ..moved };
    assert!(!finish(digests().advance(&late, Some(next), Some(&mail(user_id, seen)))).unwrap(), "wished otherwise");
    assert_eq!(state(user_id).unwrap().seen, seen);
    // Nobody is there to be told twice: one row at most, until email-send finds that the account is gone.
    eventually("the one promise to be kept", || (promises(user_id) == 0).then_some(()));

    // Who wants none leaves the index, and what came meanwhile is not made up for.
    let mut never = second.clone().changed(hidden());
    never.wishes.digest.cadence = Cadence::Never;
    assert!(finish(settings().replace(&second, &never, None)).unwrap());
    assert_eq!(state(user_id), None);
    let again = never.clone().changed(hidden());
    assert!(finish(settings().replace(&never, &again, None)).unwrap());
    let resumed = state(user_id).unwrap();
    assert!(resumed.seen < seen && today().since(resumed.seen) < HOUR, "{resumed:?}");
    assert!(finish(digests().advance(&resumed, None, None)).unwrap());
    assert_eq!(state(user_id), None);
}

#[test]
fn those_who_are_due_are_found_the_longest_first_and_who_is_gone_stays_gone() {
    let hands = Hands::at(today());
    let town = Town::peaceful();
    let people: Vec<UserId> = (0..9).map(|_| hands.ambient().id::<UserId>()).collect();
    // Longer ago than any story of this town can be due.
    let long_ago = |place: usize| Timestamp::from_unix_seconds(1_000_000 - 1_000 * place as u64);
    for (place, user_id) in people.iter().enumerate() {
        let nothing = Settings::of_newcomer(*user_id);
        assert!(finish(settings().replace(&nothing, &nothing.clone().changed(hidden()), None)).unwrap());
        assert!(finish(digests().advance(&state(*user_id).unwrap(), Some(long_ago(place)), None)).unwrap());
    }
    let due = finish(digests().due(long_ago(0), 100)).unwrap();
    let found: Vec<_> = due.into_iter().filter(|user_id| people.contains(user_id)).collect();
    // A run of the town's own may have met some of them and moved them on.
    let left: Vec<_> = people.iter().rev().filter(|user_id| found.contains(user_id)).copied().collect();
    assert_eq!(found, left);

    let before = state(people[0]).unwrap();
    for user_id in &people {
        town.remove_item("Profiles", &format!("USER#{user_id}"), "SETTINGS");
    }
    assert!(!finish(digests().advance(&before, Some(today()), None)).unwrap());
    assert_eq!(state(people[0]), None);
}
