//! Who gets a digest, of what, and who does not.

mod ports;
mod world;

use shared::domain::digest::DigestCounts;
use shared::domain::profile::Profile;
use shared::domain::settings::{Cadence, Hour, NewsKind, QuietHours};
use shared::domain::time::Timestamp;

use super::*;
use world::{HOUR, NOON, World, id};

fn counts(messages: u32, conversations: u32, matches: u32, likes: u32) -> DigestCounts {
    DigestCounts { messages, conversations, matches, likes }
}

/// Ada, with something new of every kind: a match that Bob made, a like of Cem, three messages of Bob.
fn eventful() -> (Arc<World>, UserId) {
    let world = World::new();
    let ada = world.resident(1);
    for other in [2, 3] {
        world.resident(other);
        world.states.lock().unwrap().remove(&id(other));
    }
    world.likes(ada, id(2), HOUR * 3);
    world.likes(id(2), ada, HOUR * 2);
    world.likes(id(3), ada, HOUR * 2);
    world.talk(1, id(2), HOUR, 3);
    (world, ada)
}

#[tokio::test]
async fn what_is_new_is_told_once() {
    let (world, ada) = eventful();
    world.runs().await.unwrap();
    assert_eq!(world.mails(), [(ada, counts(3, 1, 1, 1))]);
    assert!(world.state(ada).due > NOON);
    // A day later nothing has happened.
    *world.now.lock().unwrap() = NOON + HOUR * 24;
    world.runs().await.unwrap();
    assert_eq!(world.mails(), []);
    assert!(world.state(ada).due > NOON + HOUR * 24, "the due time moves all the same");
    // Another message makes the conversation news again; the match and the like stay old.
    world.messages.lock().unwrap()[0].0.sent_at = NOON + HOUR * 25;
    *world.now.lock().unwrap() = NOON + HOUR * 48;
    world.runs().await.unwrap();
    assert_eq!(world.mails(), [(ada, counts(3, 1, 0, 0))]);
}

#[tokio::test]
async fn only_what_is_wished_is_told() {
    for (kind, expected) in [
        (NewsKind::Message, counts(3, 1, 0, 0)),
        (NewsKind::Match, counts(0, 0, 1, 0)),
        (NewsKind::Like, counts(0, 0, 0, 1)),
    ] {
        let (world, ada) = eventful();
        world.wishes(ada, |settings| settings.wishes.digest.kinds = vec![kind]);
        world.runs().await.unwrap();
        assert_eq!(world.mails(), [(ada, expected)]);
    }
    let (world, ada) = eventful();
    world.wishes(ada, |settings| settings.wishes.digest.kinds = Vec::new());
    world.runs().await.unwrap();
    assert_eq!(world.mails(), []);
}

#[tokio::test]
async fn one_is_not_told_of_what_one_did_oneself() {
    let world = World::new();
    let (ada, bob) = (world.resident(1), world.resident(2));
    world.likes(bob, ada, HOUR * 3);
    world.likes(ada, bob, HOUR * 2);
    world.talk(1, ada, HOUR, 2);
    world.wishes(bob, |settings| settings.wishes.digest.kinds = vec![NewsKind::Match]);
    world.runs().await.unwrap();
    assert_eq!(world.mails(), [(bob, counts(0, 0, 1, 0))], "Ada's like made the match, and the last word is hers");
}

/// A run that only moves Ada's due time, and leaves what is new to the next digest.
async fn moves_only(world: &Arc<World>, ada: UserId, what: &str) {
    world.runs().await.unwrap();
    let state = world.state(ada);
    assert_eq!((world.mails(), state.seen), (Vec::new(), NOON - HOUR * 6), "{what}");
    assert!(state.due > NOON, "{what}");
    world.states.lock().unwrap().get_mut(&ada).unwrap().due = NOON - HOUR;
}

#[tokio::test]
async fn who_is_here_sleeps_or_is_kept_out_gets_none_and_hears_of_it_later() {
    let (world, ada) = eventful();
    world.online.lock().unwrap().insert(ada);
    moves_only(&world, ada, "online").await;
    world.online.lock().unwrap().clear();

    let hour = |hour| Hour::parse("hour", hour).unwrap();
    let quiet_from = |from| QuietHours { from: hour(from), until: hour(13) };
    world.wishes(ada, |settings| settings.wishes.digest.quiet = quiet_from(12));
    moves_only(&world, ada, "quiet").await;
    world.wishes(ada, |settings| settings.wishes.digest.quiet = quiet_from(13));

    let profile = world.profiles.lock().unwrap().remove(&ada).unwrap();
    moves_only(&world, ada, "erased").await;
    let suspended = Profile { hidden_until: Some(NOON + HOUR), ..profile.clone() };
    world.profiles.lock().unwrap().insert(ada, suspended);
    moves_only(&world, ada, "suspended").await;
    world.profiles.lock().unwrap().insert(ada, profile);
    world.runs().await.unwrap();
    assert_eq!(world.mails(), [(ada, counts(3, 1, 1, 1))]);
}

#[tokio::test]
async fn people_who_may_not_be_seen_are_not_counted() {
    let (world, _) = eventful();
    for hidden in [2, 3] {
        world.profiles.lock().unwrap().get_mut(&id(hidden)).unwrap().hidden_until = Some(NOON + HOUR);
    }
    world.messages.lock().unwrap().clear();
    world.runs().await.unwrap();
    assert_eq!(world.mails(), []);
}

#[tokio::test]
async fn what_happened_a_moment_ago_is_left_to_the_next_digest() {
    let world = World::new();
    let ada = world.resident(1);
    world.talk(1, id(2), Duration::from_secs(30), 1);
    world.runs().await.unwrap();
    assert_eq!(world.mails(), []);
    *world.now.lock().unwrap() = NOON + HOUR * 24;
    world.runs().await.unwrap();
    assert_eq!(world.mails(), [(ada, counts(1, 1, 0, 0))]);
}

#[tokio::test]
async fn of_two_runs_at_once_one_writes() {
    let (world, _) = eventful();
    *world.has_rival.lock().unwrap() = true;
    world.runs().await.unwrap();
    assert_eq!(world.mails(), []);
}

#[tokio::test]
async fn who_fails_stays_due_and_keeps_nobody_waiting() {
    let (world, ada) = eventful();
    let eve = world.resident(9);
    *world.broken.lock().unwrap() = Some(ada);
    world.runs().await.unwrap_err();
    assert_eq!(world.mails(), [(eve, counts(3, 1, 0, 0))]);
    assert_eq!(world.state(ada).due, NOON - HOUR);
    *world.broken.lock().unwrap() = None;
    world.runs().await.unwrap();
    assert_eq!(world.mails(), [(ada, counts(3, 1, 1, 1))]);
}

#[tokio::test]
async fn a_run_is_bounded_in_time_and_in_mails_and_the_rest_stays_due() {
    let world = World::new();
    let everybody: Vec<_> = (10..10 + 610).map(|number| world.resident(number)).collect();
    world.talk(1, id(2), HOUR, 1);
    world.runs().await.unwrap();
    assert_eq!(world.mails().len(), 500, "ten a second, for fifty seconds");
    *world.per_second.lock().unwrap() = 1;
    world.runs().await.unwrap();
    assert_eq!(world.mails().len(), 50, "a code would wait for a minute behind them, at any rate");
    world.runs().await.unwrap();
    world.runs().await.unwrap();
    assert_eq!(world.mails().len(), 50 + 10);
    *world.per_second.lock().unwrap() = 10;

    for user_id in &everybody {
        let mut states = world.states.lock().unwrap();
        let state = states.get_mut(user_id).unwrap();
        (state.due, state.seen) = (NOON - HOUR, Timestamp::default());
    }
    *world.slowness.lock().unwrap() = Duration::from_mins(1);
    world.runs().await.unwrap();
    assert_eq!(world.mails().len(), 4 * TOGETHER, "four batches begin within 200 seconds");
}

#[tokio::test]
async fn who_wishes_none_any_more_leaves_the_index() {
    let (world, ada) = eventful();
    world.wishes(ada, |settings| settings.wishes.digest.cadence = Cadence::Never);
    world.runs().await.unwrap();
    assert_eq!(world.state(ada).due, Timestamp::MAX);
}
