//! What becomes of segments when runs are killed, overtake each other or take too long.

mod world;

use std::collections::BTreeMap;

use shared::domain::backup::BackupId;
use world::World;

use super::*;

/// Enough for several parts in each segment.
const MANY: usize = 90_000;

/// Every item once, and none that was not there.
fn holds_each_once(world: &World, count: usize) {
    let saved = world.saved();
    assert_eq!(saved.len(), count);
    assert!(saved.values().all(|versions| versions.len() == 1), "something is in it twice");
    assert_eq!(world.manifest().unwrap().tables[0].items, count as u64);
}

#[tokio::test]
async fn the_manifest_is_written_last_and_only_by_the_last() {
    let world = World::with_items(MANY);
    let jobs = world.plans();
    save(&world.deps(), jobs[0].clone()).await.unwrap();
    assert!(world.manifest().is_none(), "one segment is missing");
    save(&world.deps(), jobs[1].clone()).await.unwrap();
    let written = world.written.lock().unwrap().clone();
    assert!(written.last().unwrap().ends_with("/manifest.json"), "{written:?}");
    assert!(written.len() > 8, "several parts, and a note after each: {written:?}");
    holds_each_once(&world, MANY);
}

#[tokio::test]
async fn an_empty_table_has_a_backup_too() {
    let world = World::with_items(0);
    for job in world.plans() {
        save(&world.deps(), job).await.unwrap();
    }
    assert_eq!(world.manifest().unwrap().tables[0].items, 0);
}

/// Before and after every single step, in both segments.
#[tokio::test]
async fn whenever_a_run_is_killed_the_next_delivery_ends_the_same() {
    for dies_after in [false, true] {
        for steps in 1.. {
            let world = World::with_items(41_000);
            *world.items_per_page.lock().unwrap() = 10_000;
            let jobs = world.plans();
            *world.dies_after.lock().unwrap() = dies_after;
            world.dies_in(Some(steps));
            let mut killed = false;
            for job in &jobs {
                killed |= save(&world.deps(), job.clone()).await.is_err();
            }
            world.dies_in(None);
            for job in &jobs {
                save(&world.deps(), job.clone()).await.unwrap();
            }
            holds_each_once(&world, 41_000);
            if !killed {
                assert!(steps > 20, "it was killed nowhere");
                break;
            }
        }
    }
}

#[tokio::test]
async fn two_runs_of_one_segment_at_once_count_once() {
    let world = World::with_items(MANY);
    let (deps, jobs) = (world.deps(), world.plans());
    let runs = [&jobs[0], &jobs[1], &jobs[0], &jobs[1]].map(|job| save(&deps, job.clone()));
    for outcome in futures::future::join_all(runs).await {
        outcome.unwrap();
    }
    holds_each_once(&world, MANY);
    let manifests = world.written.lock().unwrap().iter().filter(|key| key.ends_with("/manifest.json")).count();
    assert_eq!(manifests, 1);
}

/// A run that has slept takes nothing back of what another one has done meanwhile.
#[tokio::test]
async fn a_run_that_was_overtaken_leaves_the_note_as_it_is() {
    let world = World::with_items(MANY);
    let (deps, job) = (world.deps(), world.plans()[0].clone());
    let mut slow = Box::pin(save(&deps, job.clone()));
    while world.written.lock().unwrap().is_empty() {
        assert!(futures::poll!(&mut slow).is_pending(), "it has read its first part, and noted nothing");
    }
    save(&deps, job.clone()).await.unwrap();
    let note = || world.objects.lock().unwrap()[&segment_key(&job.backup, job.table, job.segment)].1.clone();
    let noted = note();
    assert!(SegmentState::read(&noted, &job).unwrap().done);
    // It dies with its next step, which happens.
    *world.dies_after.lock().unwrap() = true;
    world.dies_in(Some(1));
    slow.await.unwrap_err();
    assert!(note() == noted, "what another run has done is forgotten");
}

#[tokio::test]
async fn a_segment_that_takes_longer_than_a_run_goes_on_with_the_next() {
    let world = World::with_items(MANY);
    let jobs = world.plans();
    // Of 45 pages a run reads five.
    *world.seconds_per_page.lock().unwrap() = 60;
    let mut runs = 0;
    while world.manifest().is_none() {
        for job in &jobs {
            let outcome = save(&world.deps(), job.clone()).await;
            assert!(outcome.is_ok() || outcome.is_err_and(|error| error.retryable()));
        }
        runs += 1;
        assert!(runs <= 12, "it does not get on");
    }
    assert!(runs >= 9, "{runs}");
    holds_each_once(&world, MANY);
}

#[tokio::test]
async fn what_is_written_meanwhile_is_there_in_one_version() {
    let world = World::with_items(MANY);
    let jobs = world.plans();
    let deps = world.deps();
    let write = async {
        for number in (0..MANY).step_by(3) {
            world.items.lock().unwrap().insert(number, "second".to_owned());
            if number % 300 == 0 {
                tokio::task::yield_now().await;
            }
        }
    };
    let (first, second, ()) = tokio::join!(save(&deps, jobs[0].clone()), save(&deps, jobs[1].clone()), write);
    first.and(second).unwrap();
    let saved = world.saved();
    let untouched: BTreeMap<_, _> = saved.iter().filter(|(number, _)| *number % 3 != 0).collect();
    assert!(untouched.values().all(|versions| **versions == ["first"]));
    assert_eq!(saved.len(), MANY);
}

#[tokio::test]
async fn a_job_of_a_backup_that_is_gone_or_complete_does_nothing() {
    let world = World::with_items(10);
    let jobs = world.plans();
    for job in &jobs {
        save(&world.deps(), job.clone()).await.unwrap();
    }
    let written = world.written.lock().unwrap().len();
    save(&world.deps(), jobs[0].clone()).await.unwrap();
    let gone = SegmentJob { backup: BackupId::parse("2026-01-01").unwrap(), ..jobs[0].clone() };
    save(&world.deps(), gone).await.unwrap();
    assert_eq!(world.written.lock().unwrap().len(), written);
}

#[tokio::test]
async fn a_job_of_another_plan_is_refused() {
    let world = World::with_items(10);
    let job = world.plans()[0].clone();
    assert!(save(&world.deps(), SegmentJob { plan: "0".repeat(64), ..job.clone() }).await.is_err());
    assert!(save(&world.deps(), SegmentJob { segment: world::SEGMENTS, ..job.clone() }).await.is_err());
    let table = shared::domain::backup::TableKind::Ops;
    assert!(save(&world.deps(), SegmentJob { table, ..job }).await.is_err());
    assert!(world.written.lock().unwrap().is_empty());
}
