//! Runs over people in memory, and what becomes of each.

mod world;

use world::{World, id, ids};

use super::*;

fn sorted(mut people: Vec<UserId>) -> Vec<UserId> {
    people.sort_unstable();
    people
}

#[tokio::test]
async fn those_who_were_wished_for_come_first_and_then_the_newest_hours() {
    let world = World::new();
    *world.wished.lock().unwrap() = ids(70..72);
    world.came(0, 30..33);
    world.came(1, 20..23);
    world.came(2, 31..34);
    world.came(3, 90..91);
    world.runs().await.unwrap();
    let made = world.made();
    assert_eq!(made[..2], ids(70..72)[..]);
    assert_eq!(sorted(made[2..5].to_vec()), ids(30..33));
    assert_eq!(sorted(made[5..8].to_vec()), ids(20..23));
    assert_eq!(made[8..], [id(33)], "nobody twice, and nobody who left three hours ago");
}

#[tokio::test]
async fn a_run_is_bounded_in_people_and_in_how_many_are_at_work() {
    let world = World::new();
    *world.wished.lock().unwrap() = ids(0..2);
    world.came(0, 10..90);
    world.came(1, 100..1_000);
    world.came(2, 2_000..2_001);
    world.runs().await.unwrap();
    let made = world.made();
    assert_eq!(made.len(), MOST);
    assert_eq!(sorted(made[..82].to_vec()), [ids(0..2), ids(10..90)].concat());
    assert_eq!(world.at_work.lock().unwrap().1, AT_ONCE);
    assert_eq!(*world.questions.lock().unwrap(), 3, "hours that cannot have a turn are not read");
}

#[tokio::test]
async fn one_who_fails_keeps_no_other_from_their_list() {
    let world = World::new();
    world.came(0, 0..10);
    *world.broken.lock().unwrap() = Some(id(4));
    let failure = world.runs().await.unwrap_err();
    assert_eq!(failure.code(), Code::Unavailable);
    assert_eq!(world.made().len(), 9);
}

#[tokio::test]
async fn whoever_has_no_profile_is_no_failure() {
    let world = World::new();
    world.came(0, 0..3);
    *world.strangers.lock().unwrap() = ids(1..2);
    world.runs().await.unwrap();
    assert_eq!(sorted(world.made()), [id(0), id(2)]);
}

#[tokio::test]
async fn a_run_begins_no_list_after_its_time() {
    let world = World::new();
    world.came(0, 0..50);
    *world.slowness.lock().unwrap() = 10_000;
    world.runs().await.unwrap();
    let made = world.made().len();
    // Eight take the whole time one after the other; those that were begun before its end are finished.
    assert!((8..8 + AT_ONCE).contains(&made), "{made}");
    world.runs().await.unwrap();
    assert!(!world.made().is_empty(), "the next run has a time of its own");
}

#[tokio::test]
async fn without_a_cache_nobody_is_even_looked_for() {
    let world = World::new();
    world.came(0, 0..3);
    *world.has_no_cache.lock().unwrap() = true;
    world.runs().await.unwrap();
    assert_eq!((world.made(), *world.questions.lock().unwrap()), (Vec::new(), 0));
}
