//! Sockets that stall, throttle, vanish and refuse. Tests wait for what happens and not for clocks, but for those about the
//! deadline.

mod promises;
mod world;

use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::fanout::pause;
use super::{CONCURRENT_POSTS, Outcome};
use crate::ports::sockets::MAX_FRAME_BYTES;
use world::Does::{Accept, AwaitGate, BeGone, Refuse, Stall, Throttle};
use world::{World, ambient, frames, names, person};

/// More than any test takes: whatever waits for it has failed.
const FOREVER: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(500);
/// Sockets are this old, or rather younger, when their `$connect` is still running.
const A_MOMENT: Duration = Duration::from_millis(300);

fn counts(outcome: &Outcome) -> [usize; 3] {
    [outcome.delivered, outcome.gone, outcome.left.len()]
}

#[tokio::test]
async fn every_connection_of_everybody_hears_every_frame_in_order() {
    let world = World::of(&["1a", "1b", "2a", "3a"]);
    world.script("1b", [Accept, Throttle, Accept, Throttle, Throttle, Accept]);
    let said = frames(&["one", "two", "three"]);
    let outcome = world.delivery(FOREVER).post_all(&[person(1), person(2)], &said).await.unwrap();
    assert_eq!((counts(&outcome), outcome.retries), ([3, 0, 0], 3));
    for name in ["1a", "1b", "2a"] {
        assert_eq!(world.heard_by(name), said, "{name}");
    }
    assert!(world.heard_by("3a").is_empty(), "nobody said that to them");
}

#[tokio::test]
async fn nobody_waits_for_a_connection_that_stalls() {
    let world = World::of(&["1a", "1b", "2a", "2b", "3a"]);
    world.script("1a", [Stall]);
    world.script("2a", [Accept, Stall]);
    let (delivery, sockets, said) = (world.delivery(FOREVER), world.sockets(), frames(&["one", "two"]));
    let others = async {
        tokio::select! {
            outcome = delivery.post_to(&sockets, &said) => panic!("it does not wait for those who stall: {outcome:?}"),
            () = world.until_heard(7) => {}
        }
    };
    timeout(Duration::from_secs(10), others).await.expect("the others have everything by now");
    assert_eq!(world.heard_by("2a"), ["one"]);
}

#[tokio::test]
async fn a_frame_that_fails_stops_those_behind_it() {
    let world = World::of(&["1a", "2a", "3a"]);
    world.script("1a", [Accept, Refuse, Accept]);
    world.script("2a", [BeGone, Accept]);
    let outcome = world.delivery(FOREVER).post_to(&world.sockets(), &frames(&["one", "two", "three"])).await;
    assert_eq!((counts(&outcome), outcome.retries), ([1, 1, 1], 0));
    assert_eq!(world.heard_by("1a"), ["one"]);
    assert!(world.heard_by("2a").is_empty());
    assert_eq!(names(&outcome.left), ["1a"]);
}

#[tokio::test]
async fn gone_is_that_connection_and_nobody_elses() {
    let world = World::of(&["1a", "1b", "2a", "2b"]);
    world.script("1b", [BeGone]);
    let outcome = world.delivery(FOREVER).post_to(&world.sockets(), &frames(&["one"])).await;
    assert_eq!(counts(&outcome), [3, 1, 0]);
    assert_eq!(*world.removed.lock().unwrap(), ["1b"]);
}

#[tokio::test]
async fn a_socket_that_is_still_opening_is_waited_for_and_kept() {
    let world = World::of(&[]);
    world.connect("1a", A_MOMENT);
    world.connect("2a", A_MOMENT);
    world.script("1a", [BeGone, BeGone, Accept]);
    world.script("2a", [BeGone]);
    let outcome = world.delivery(SHORT).post_to(&world.sockets(), &frames(&["one"])).await;
    assert_eq!(counts(&outcome), [1, 0, 1]);
    assert_eq!(names(&outcome.left), ["2a"]);
    assert!(world.removed.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_throttled_connection_is_tried_again_and_left_in_the_end() {
    let world = World::of(&["1a", "2a"]);
    world.script("1a", [Throttle, Throttle, Throttle, Accept]);
    world.script("2a", [Throttle]);
    let outcome = world.delivery(SHORT).post_to(&world.sockets(), &frames(&["one"])).await;
    assert_eq!(counts(&outcome), [1, 0, 1]);
    assert_eq!(names(&outcome.left), ["2a"]);
    assert!(outcome.retries > 3, "{} retries", outcome.retries);
}

#[test]
fn pauses_grow_and_are_drawn_from_their_whole_length() {
    let drawn = |chance, attempt| pause(&ambient(chance), attempt);
    for (attempt, bound) in [(0, 50), (1, 100), (2, 200), (4, 800), (5, 1_000), (60, 1_000)] {
        let pauses: Vec<_> = (0..128).map(|chance| drawn(chance, attempt)).collect();
        let bound = Duration::from_millis(bound);
        assert!(pauses.iter().all(|pause| *pause < bound), "attempt {attempt}");
        assert!(pauses.iter().any(|pause| *pause < bound / 10), "attempt {attempt}");
        assert!(pauses.iter().any(|pause| *pause > bound * 9 / 10), "attempt {attempt}");
    }
}

#[tokio::test]
async fn the_deadline_holds_whatever_stalls() {
    let world = World::of(&["1a", "2a", "3a"]);
    world.script("2a", [Stall]);
    world.script("3a", [Throttle]);
    let began = Instant::now();
    let outcome = world.delivery(SHORT).post_to(&world.sockets(), &frames(&["one", "two"])).await;
    assert!((SHORT..FOREVER / 10).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!(counts(&outcome), [1, 0, 2]);
}

#[tokio::test]
async fn only_so_many_posts_are_under_way_at_once() {
    let world = World::of(&[]);
    for number in 0..CONCURRENT_POSTS * 2 {
        let name = format!("{}{}", number % 200, "x".repeat(1 + number / 200));
        world.connect(&name, FOREVER);
        world.script(&name, [AwaitGate]);
    }
    let (delivery, sockets, said) = (world.delivery(FOREVER), world.sockets(), frames(&["one"]));
    let first = async {
        world.most_at_once.subscribe().wait_for(|count| *count >= CONCURRENT_POSTS).await.unwrap();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(*world.most_at_once.borrow(), CONCURRENT_POSTS);
        world.gate.send_replace(true);
    };
    let both = async { tokio::join!(delivery.post_to(&sockets, &said), first).0 };
    let outcome = timeout(FOREVER, both).await.expect("all of them begin, and then the others");
    assert_eq!(counts(&outcome), [CONCURRENT_POSTS * 2, 0, 0]);
    assert_eq!(*world.most_at_once.borrow(), CONCURRENT_POSTS);
}

#[tokio::test]
async fn a_pause_keeps_no_slot_from_others() {
    let world = World::of(&[]);
    for number in 0..CONCURRENT_POSTS {
        let name = format!("{}{}", number % 200, "x".repeat(1 + number / 200));
        world.connect(&name, FOREVER);
        world.script(&name, [Throttle]);
    }
    world.connect("1y", FOREVER);
    let outcome = world.delivery(SHORT).post_to(&world.sockets(), &frames(&["one"])).await;
    assert_eq!(counts(&outcome), [1, 0, CONCURRENT_POSTS]);
    assert_eq!(world.heard_by("1y"), ["one"]);
}

#[tokio::test]
async fn a_frame_that_would_close_the_socket_is_posted_to_nobody() {
    let world = World::of(&["1a", "2a"]);
    let (largest, larger) = ("x".repeat(MAX_FRAME_BYTES), "x".repeat(MAX_FRAME_BYTES + 1));
    let said = [largest.clone(), larger, "three".to_owned()];
    let outcome = world.delivery(FOREVER).post_to(&world.sockets(), &said).await;
    assert_eq!((counts(&outcome), outcome.oversized), ([2, 0, 0], 1));
    assert_eq!(world.heard_by("1a"), [largest, "three".to_owned()]);
}

#[tokio::test]
async fn a_connection_that_is_named_twice_has_one_lane() {
    let world = World::of(&["1a", "1a"]);
    let outcome = world.delivery(FOREVER).post_to(&world.sockets(), &frames(&["one", "two"])).await;
    assert_eq!(counts(&outcome), [1, 0, 0]);
    assert_eq!(world.heard_by("1a"), ["one", "two"]);
}

#[tokio::test]
async fn a_registry_that_is_down_loses_nobody() {
    let world = World::of(&["1a"]);
    world.script("1a", [BeGone]);
    *world.registry_is_down.lock().unwrap() = true;
    let outcome = world.delivery(FOREVER).post_to(&world.sockets(), &frames(&["one"])).await;
    assert_eq!(counts(&outcome), [0, 0, 1]);
    let error = world.delivery(FOREVER).post_all(&[person(1)], &frames(&["one"])).await.unwrap_err();
    assert!(error.retryable());
}
