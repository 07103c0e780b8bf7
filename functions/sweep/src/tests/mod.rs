//! Runs of the sweep over an outbox in memory.

mod world;

use shared::domain::outbox::Lane;
use shared::ports::outbox::SweepProgress;

use super::*;
use world::World;

#[tokio::test]
async fn what_is_left_of_a_past_minute_is_relayed_and_kept_in_mind() {
    let world = World::at(1_000);
    world.promises(995, 2);
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!((world.relayed(), world.open()), (vec![995, 995], vec![995]));
}

#[tokio::test]
async fn the_youngest_minute_waits_for_transactions_that_are_still_under_way() {
    let world = World::at(1_000);
    world.promises(999, 1);
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!(world.relayed(), Vec::<u64>::new());
    world.sweeps_at(1_001).await.unwrap();
    assert_eq!(world.relayed(), [999]);
}

#[tokio::test]
async fn what_stays_left_over_is_relayed_ever_more_rarely_and_not_after_a_day() {
    let world = World::at(1_000);
    world.promises(1_000, 1);
    let mut ages = Vec::new();
    for minute in 1_001..1_000 + 2 * GIVE_UP_MINUTES {
        world.sweeps_at(minute).await.unwrap();
        ages.extend(world.relayed().iter().map(|promised| minute - promised));
    }
    assert_eq!(ages, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
    assert_eq!(world.open(), Vec::<u64>::new(), "a broken promise must not be looked at for ever");
}

#[tokio::test]
async fn a_run_that_was_left_out_is_made_up_for() {
    let world = World::at(1_000);
    world.promises(1_000, 1);
    for minute in [1_002, 1_003, 1_009, 1_010, 1_017] {
        world.sweeps_at(minute).await.unwrap();
    }
    assert_eq!(world.relayed(), [1_000; 3], "after 2, instead of 4 and 8 after 9, instead of 16 after 17 minutes");
}

#[tokio::test]
async fn a_kept_promise_is_forgotten() {
    let world = World::at(1_000);
    world.promises(995, 1);
    world.sweeps_at(1_000).await.unwrap();
    world.promises(995, 0);
    world.sweeps_at(1_001).await.unwrap();
    assert_eq!(world.open(), Vec::<u64>::new());
}

#[tokio::test]
async fn a_queue_that_is_down_fails_the_run_and_loses_nothing() {
    let world = World::at(1_000);
    world.promises(996, 1);
    *world.queue_is_down.lock().unwrap() = true;
    world.sweeps_at(1_000).await.unwrap_err();
    *world.queue_is_down.lock().unwrap() = false;
    world.sweeps_at(1_004).await.unwrap();
    assert_eq!(world.relayed(), [996], "after eight minutes it is due again");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_stays_in_sight_and_stops_nobody() {
    let world = World::at(1_000);
    world.unreadable.lock().unwrap().push(995);
    world.promises(996, 1);
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!((world.relayed(), world.open()), (vec![996], vec![995, 996]));
}

#[tokio::test]
async fn after_a_long_pause_each_run_takes_a_bounded_step() {
    let world = World::at(1_000);
    world.sweeps_at(1_600).await.unwrap();
    assert_eq!(world.next(), 990 + MINUTES_PER_RUN);
}

#[tokio::test]
async fn of_two_runs_at_once_the_second_does_not_undo_what_the_first_saw() {
    let world = World::at(1_000);
    let seen = SweepProgress { version: 2, next: 999, open: vec![998], overdue: Vec::new() };
    *world.rival.lock().unwrap() = Some(seen.clone());
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!(*world.progress.lock().unwrap(), seen);
}

#[tokio::test]
async fn whoever_has_vanished_is_looked_at_with_every_run() {
    let world = World::at(100);
    *world.lapsed.lock().unwrap() = 3;
    world.sweeps_at(100).await.unwrap();
    assert_eq!(world.relayed().len(), 3);
    world.sweeps_at(101).await.unwrap();
    assert_eq!(world.relayed().len(), 3, "until the registry no longer finds them");
}

/// Three minutes are read in 25 seconds, the others with the next runs.
#[tokio::test]
async fn what_a_run_has_no_time_for_comes_first_with_the_next_one() {
    let world = World::at(1_000);
    (991..=998).for_each(|minute| world.promises(minute, 1));
    *world.reading.lock().unwrap() = 8;
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!((world.relayed(), world.open()), (vec![991, 992], vec![991, 992]));
    assert_eq!((world.next(), world.overdue()), (999, (993..=998).collect()));
    world.sweeps_at(1_001).await.unwrap();
    assert_eq!((world.relayed(), world.overdue()), (vec![993, 994, 995], vec![996, 997, 998, 999]));
    world.sweeps_at(1_002).await.unwrap();
    assert_eq!(world.relayed(), [996, 997, 998]);
    let kept = [world.open(), world.overdue()].concat();
    assert!((991..=998).all(|minute| kept.contains(&minute)), "nothing that was not looked at is forgotten: {kept:?}");
}

#[tokio::test]
async fn a_minute_that_is_too_much_for_one_run_is_gone_on_with_where_it_ended() {
    let world = World::at(1_000);
    world.promises(995, 100);
    world.promises(996, 1);
    *world.sending.lock().unwrap() = 10;
    world.sweeps_at(1_000).await.unwrap();
    let some = world.relayed_entries();
    assert_eq!((some.len(), world.overdue()), (3 * TOGETHER, vec![995, 996, 997, 998]));
    world.sweeps_at(1_001).await.unwrap();
    let rest = world.relayed_entries();
    assert_eq!((rest.len(), world.overdue()), (2 * TOGETHER + 1, vec![997, 998, 999]));
    assert!(rest.iter().all(|entry| !some.contains(entry)), "none has its turn twice while others wait");
    assert_eq!(world.open(), [995, 996]);
}

#[tokio::test]
async fn a_queue_that_does_not_answer_keeps_neither_sweep_from_being_done() {
    let world = World::at(1_000);
    world.promises(995, 200);
    *world.lapsed.lock().unwrap() = 100;
    *world.queue_is_down.lock().unwrap() = true;
    *world.sending.lock().unwrap() = 4;
    world.sweeps_at(1_000).await.unwrap_err();
    let tried = world.tried.lock().unwrap().clone();
    assert!(tried.contains(&Lane::Mail) && tried.contains(&Lane::Push), "{tried:?}");
    assert!(*world.passed.lock().unwrap() < 50, "it ends before it is ended");
    assert_eq!((world.next(), world.overdue()), (999, vec![995, 996, 997, 998]));
}

#[tokio::test]
async fn a_minute_that_cannot_be_read_fails_the_run_and_keeps_no_other_waiting() {
    let world = World::at(1_000);
    world.promises(995, 1);
    world.promises(996, 1);
    world.broken.lock().unwrap().push(995);
    world.sweeps_at(1_000).await.unwrap_err();
    assert_eq!((world.relayed(), world.overdue()), (vec![996], vec![995]));
    world.broken.lock().unwrap().clear();
    world.sweeps_at(1_001).await.unwrap();
    assert_eq!((world.relayed(), world.overdue()), (vec![995], Vec::new()));
}
