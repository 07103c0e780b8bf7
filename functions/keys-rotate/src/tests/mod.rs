//! Rotations in time, late, cut short, at once and in an emergency.

mod world;

use std::time::Duration;

use serde_json::{Value, json};
use shared::domain::keys::{ANNOUNCEMENT, MARGIN, TERM};
use shared::domain::token::LIFETIME;

use super::*;
use world::{START, World};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn the_first_run_publishes_what_the_template_made() {
    let world = World::new();
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.signer(), world.kids().len()), (vec![1], Some(1), 1));
    assert_eq!(world.secret.lock().unwrap().version, 1, "the secret stays as the template made it");
}

#[tokio::test]
async fn within_the_term_nothing_is_written() {
    let world = World::new();
    world.runs("{}").await.unwrap();
    let before = world.state();
    world.waits(TERM.saturating_sub(HOUR));
    world.runs_until(0, "{}").await.unwrap();
    assert_eq!(world.state(), before);
}

#[tokio::test]
async fn a_new_key_is_announced_then_signs_and_the_old_one_stays_until_its_last_token_has_expired() {
    let world = World::at_the_end_of_a_term().await;
    let old = world.kids();
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.signer(), world.kids().len()), (vec![1, 2], Some(1), 2));

    world.waits(ANNOUNCEMENT);
    assert_eq!(world.signer(), Some(2));
    world.waits((MARGIN + LIFETIME).saturating_sub(Duration::from_millis(1)));
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.kids().len()), (vec![1, 2], 2));

    world.waits(Duration::from_millis(1));
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.signer()), (vec![2], Some(2)));
    assert!(world.kids().len() == 1 && world.kids() != old);
}

#[tokio::test]
async fn wherever_a_run_is_cut_short_the_next_one_goes_on() {
    // One run that announces, and one that drops and withdraws.
    for later in [Duration::ZERO, ANNOUNCEMENT + MARGIN + LIFETIME] {
        for writes in 0..2 {
            let whole = World::at_the_end_of_a_term().await;
            let cut = World::at_the_end_of_a_term().await;
            for world in [&whole, &cut] {
                if later > Duration::ZERO {
                    world.runs("{}").await.unwrap();
                    world.waits(later);
                }
            }
            whole.runs("{}").await.unwrap();
            cut.runs_until(writes, "{}").await.unwrap_err();
            assert_eq!(cut.signer(), whole.signer(), "after {writes} writes");
            cut.runs("{}").await.unwrap();
            let (seeds, signer) = (cut.seeds(), cut.signer());
            assert_eq!((seeds, signer, cut.kids().len()), (whole.seeds(), whole.signer(), whole.kids().len()));
        }
    }
}

#[tokio::test]
async fn an_announcement_that_came_late_is_as_long_as_any() {
    let world = World::at_the_end_of_a_term().await;
    world.runs_until(1, "{}").await.unwrap_err();
    world.waits(24 * HOUR);
    world.runs("{}").await.unwrap();
    assert_eq!(world.signer(), Some(1));
    world.waits(ANNOUNCEMENT);
    assert_eq!(world.signer(), Some(2));
}

#[tokio::test]
async fn of_two_runs_at_once_the_second_writes_nothing() {
    let world = World::at_the_end_of_a_term().await;
    *world.has_rival.lock().unwrap() = true;
    let (published, seeds) = (world.kids(), world.seeds());
    world.runs("{}").await.unwrap();
    assert_eq!((world.kids(), world.seeds()), (published.clone(), seeds.clone()));
    world.runs(r#"{"now":true}"#).await.unwrap_err();
    assert_eq!((world.kids(), world.seeds()), (published, seeds));
}

#[tokio::test]
async fn a_secret_that_was_set_back_to_an_old_version_is_reported() {
    let world = World::at_the_end_of_a_term().await;
    let old = world.secret.lock().unwrap().clone();
    world.runs("{}").await.unwrap();
    *world.stale.lock().unwrap() = Some(old);
    world.published.lock().unwrap().pop();
    world.runs("{}").await.unwrap_err();
}

#[tokio::test]
async fn in_an_emergency_the_old_keys_go_at_once() {
    let world = World::at_the_end_of_a_term().await;
    world.runs("{}").await.unwrap();
    let old = world.kids();
    world.runs(r#"{"now":true}"#).await.unwrap();
    assert_eq!((world.seeds(), world.signer(), world.kids().len()), (vec![3], Some(3), 1));
    assert!(world.kids().iter().all(|kid| !old.contains(kid)));
    // A second leak within the hour.
    world.waits(Duration::from_mins(1));
    world.runs(r#"{"now":true}"#).await.unwrap();
    assert_eq!((world.seeds(), world.signer(), world.kids().len()), (vec![4], Some(4), 1));
}

#[tokio::test]
async fn an_emergency_at_a_slow_clock_leaves_a_key_that_signs() {
    let world = World::at_the_end_of_a_term().await;
    world.runs("{}").await.unwrap();
    *world.now.lock().unwrap() = START;
    world.runs(r#"{"now":true}"#).await.unwrap();
    assert_eq!((world.signer(), world.kids().len()), (Some(3), 1));
    world.runs_until(0, "{}").await.expect("nothing is left to do");
}

#[tokio::test]
async fn an_emergency_that_was_cut_short_says_so_and_ends_with_the_next_run() {
    for writes in 0..4 {
        for next in ["{}", r#"{"now":true}"#] {
            let world = World::at_the_end_of_a_term().await;
            world.runs("{}").await.unwrap();
            world.waits(ANNOUNCEMENT);
            let old = world.kids();
            world.runs_until(writes, r#"{"now":true}"#).await.unwrap_err();
            if writes == 0 && next == "{}" {
                continue;
            }
            world.runs(next).await.unwrap();
            assert!(world.signer().is_some_and(|signer| signer > 2), "{writes} writes, then {next}");
            assert!(world.kids().iter().all(|kid| !old.contains(kid)), "{writes} writes, then {next}");
        }
    }
}

#[tokio::test]
async fn a_run_with_an_outdated_secret_neither_brings_back_nor_takes_away() {
    let world = World::at_the_end_of_a_term().await;
    let outdated = world.secret.lock().unwrap().clone();
    world.runs(r#"{"now":true}"#).await.unwrap();
    let (after, kids) = (world.seeds(), world.kids());
    *world.stale.lock().unwrap() = Some(outdated);
    world.waits(Duration::from_secs(1));
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.kids()), (after, kids));
}

#[test]
fn an_order_is_understood_or_refused() {
    let read = |order: Value| serde_json::from_value::<Order>(order).map(Order::urgency);
    assert_eq!(read(json!({})).unwrap(), Urgency::ByTheClock);
    assert_eq!(read(json!({ "now": false })).unwrap(), Urgency::ByTheClock);
    assert_eq!(read(json!({ "now": true })).unwrap(), Urgency::Now);
    for misspelt in [json!({ "Now": true }), json!({ "now": "true" }), json!({ "rotate": true }), json!(null)] {
        assert!(read(misspelt.clone()).is_err(), "{misspelt}");
    }
}
