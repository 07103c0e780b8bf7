//! Erasures that die at every call and go on, and what they wait for.

mod exports;
mod ports;
mod world;

use std::time::Duration;

use shared::domain::erasure::{FAREWELL_PATIENCE, SETTLE, Step};
use shared::domain::outbox::Effect;

use world::{Death, World, ada};

/// How often work is begun again before it must be done.
const LIVES: usize = 400;

#[tokio::test(start_paused = true)]
async fn an_erasure_that_dies_at_any_call_ends_like_one_that_does_not() {
    let undisturbed = World::with_everything();
    undisturbed.works_until_done(LIVES).await;
    let expected = undisturbed.state();
    assert!(expected.facts.values().all(|facts| *facts == 0), "{expected:?}");
    assert!(expected.is_noted && expected.is_buried && expected.promises == 0, "{expected:?}");
    let calls = undisturbed.calls();
    assert!(calls > 60, "the erasure is watched at {calls} calls only");
    for death in [Death::Before, Death::After] {
        for call in 0..calls {
            let world = World::with_everything();
            world.dies_at(call, death);
            world.works_until_done(LIVES).await;
            assert_eq!(world.state(), expected, "killed {death:?} call {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_deliveries_at_once_do_what_one_does() {
    let world = World::with_everything();
    let deps = world.deps();
    let entry = world.entry();
    let (first, second) = tokio::join!(crate::work(&deps, entry.clone()), crate::work(&deps, entry));
    assert!(first.is_ok() && second.is_ok());
    world.works_until_done(LIVES).await;
    assert!(world.state().facts.values().all(|facts| *facts == 0) && world.state().is_buried);
}

#[tokio::test(start_paused = true)]
async fn what_a_request_wrote_that_was_under_way_is_gone_as_well() {
    let world = World::with_everything();
    for step in [Step::Projects, Step::Talks, Step::Pairs, Step::Photos, Step::Profile, Step::Marks] {
        world.hears_late_of(step, SETTLE.saturating_sub(Duration::from_secs(1)));
    }
    world.works_until_done(LIVES).await;
    // By then those requests have ended, too.
    tokio::time::sleep(SETTLE).await;
    world.hears();
    assert!(world.state().facts.values().all(|facts| *facts == 0), "{:?}", world.state());
}

#[tokio::test(start_paused = true)]
async fn the_address_stays_until_the_mail_that_says_goodbye_is_sent() {
    let world = World::with_everything();
    world.keeps_the_farewell_back();
    for _ in 0..4 {
        world.works().await.unwrap();
        assert_eq!(world.state().known(Step::Account), 3, "the address is there still");
        assert_eq!(world.state().promises, 1, "and so is the promise, which sweep relays again");
    }
    world.says_farewell();
    world.works().await.unwrap();
    assert!(world.state().is_buried && world.state().promises == 0);
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_cannot_be_sent_keeps_nobody_from_being_erased() {
    let world = World::with_everything();
    world.keeps_the_farewell_back();
    for _ in 0..2 {
        world.works().await.unwrap();
    }
    assert!(!world.state().is_buried);
    tokio::time::sleep(FAREWELL_PATIENCE).await;
    world.works().await.unwrap();
    assert!(world.state().is_buried);
}

#[tokio::test(start_paused = true)]
async fn a_long_life_takes_several_invocations_and_each_promises_the_next() {
    let world = World::with_everything();
    world.knows(Step::Talks, 2_000);
    world.takes(Duration::from_secs(1));
    let mut invocations = 0;
    while world.next_promise().is_some() {
        world.works().await.unwrap();
        invocations += 1;
    }
    assert!(invocations > 3, "{invocations}");
    assert!(world.state().is_buried);
}

#[tokio::test(start_paused = true)]
async fn the_pause_is_waited_for_in_the_queue_and_not_in_a_function() {
    let world = World::with_everything();
    let began = tokio::time::Instant::now();
    crate::work(&world.deps(), world.entry()).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    let next = world.next_promise().unwrap();
    assert_eq!((next.effect.clone(), next.effect.delay()), (Effect::erase_on(ada()), SETTLE));
    // It is handed out a little early, by another clock.
    tokio::time::sleep(SETTLE.saturating_sub(Duration::from_secs(2))).await;
    crate::work(&world.deps(), next).await.unwrap();
    assert!(world.state().is_buried);
    assert_eq!(began.elapsed(), SETTLE);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_erased_who_has_not_asked_for_it() {
    let world = World::with_everything();
    world.was_never_asked();
    crate::work(&world.deps(), world.entry()).await.unwrap();
    assert!(world.state().facts.values().all(|facts| *facts > 0));
    assert_eq!(world.state().promises, 0);
}
