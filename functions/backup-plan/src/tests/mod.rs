//! What is planned when, and what a second run finds.

mod world;

use shared::domain::backup::{Manifest, Part};
use world::World;

use super::*;

fn scheduled(at: &str) -> Order {
    Order { scheduled_at: Some(at.parse().unwrap()), extra: false }
}

#[tokio::test]
async fn a_day_has_one_plan_however_often_and_late_it_is_made() {
    let world = World::at("2026-11-26T02:00:03Z");
    world.runs("UTC", scheduled("2026-11-26T02:00:00Z")).await.unwrap();
    let plan = world.object("backups/v1/2026-11-26/plan.json").unwrap();
    let jobs = world.sent();
    assert_eq!(jobs.len(), 6 + 2, "one for each table, and two more for the large one");
    // The same event again, the same event hours later, and somebody who asks by hand.
    for (now, order) in [
        ("2026-11-26T02:00:05Z", scheduled("2026-11-26T02:00:00Z")),
        ("2026-11-26T07:00:00Z", scheduled("2026-11-26T02:00:00Z")),
        ("2026-11-26T23:59:00Z", Order::default()),
    ] {
        world.moves_to(now);
        world.runs("UTC", order).await.unwrap();
        assert_eq!(world.object("backups/v1/2026-11-26/plan.json").unwrap(), plan);
        assert_eq!(world.sent(), jobs, "the segments that are not done are asked for again");
    }
    assert_eq!(world.keys(), ["backups/v1/2026-11-26/plan.json"]);
}

#[tokio::test]
async fn the_day_is_that_of_the_time_zone() {
    let world = World::at("2026-11-25T17:00:00Z");
    world.runs("Asia/Tokyo", scheduled("2026-11-25T17:00:00Z")).await.unwrap();
    assert_eq!(world.keys(), ["backups/v1/2026-11-26/plan.json"]);
}

/// It would count as the newest day until then, and rotation keeps that one.
#[tokio::test]
async fn a_day_that_has_not_come_is_refused() {
    let world = World::at("2026-11-26T01:59:00Z");
    for ahead in ["9999-12-31T00:00:00Z", "2026-11-26T02:04:01Z"] {
        assert!(world.runs("UTC", scheduled(ahead)).await.is_err(), "{ahead}");
    }
    assert!(world.keys().is_empty());
    // The scheduler has a clock of its own.
    world.runs("UTC", scheduled("2026-11-26T02:00:00Z")).await.unwrap();
}

#[tokio::test]
async fn one_more_is_another_backup() {
    let world = World::at("2026-11-26T10:30:00Z");
    world.runs("UTC", Order::default()).await.unwrap();
    world.runs("UTC", Order { extra: true, ..Order::default() }).await.unwrap();
    let plans = ["backups/v1/2026-11-26-103000/plan.json", "backups/v1/2026-11-26/plan.json"];
    assert_eq!(world.keys(), plans);
}

#[tokio::test]
async fn of_two_runs_at_once_both_hand_out_the_same_plan() {
    let world = World::at("2026-11-26T02:00:00Z");
    *world.rival.lock().unwrap() = true;
    world.runs("UTC", Order::default()).await.unwrap();
    let (_, hash) = Plan::read(&world.object("backups/v1/2026-11-26/plan.json").unwrap()).unwrap();
    assert!(world.sent().iter().all(|job| job.plan == hash), "of the one that is stored");
}

#[tokio::test]
async fn what_is_done_is_not_asked_for_again() {
    let world = World::at("2026-11-26T02:00:00Z");
    world.runs("UTC", Order::default()).await.unwrap();
    let jobs = world.sent();
    let done = |job: &SegmentJob| SegmentState::begin(job, deps_now()).after(None::<Part>, None, deps_now());
    for job in &jobs[1..] {
        world.stores(&segment_key(&job.backup, job.table, job.segment), done(job).to_bytes().unwrap());
    }
    world.runs("UTC", Order::default()).await.unwrap();
    assert_eq!(world.sent(), jobs[..1]);
    // All are done, and whoever should have written the manifest died.
    world.stores(&segment_key(&jobs[0].backup, jobs[0].table, jobs[0].segment), done(&jobs[0]).to_bytes().unwrap());
    world.runs("UTC", Order::default()).await.unwrap();
    assert_eq!(world.sent().len(), 1);
    let plan = world.object(&plan_key(&jobs[0].backup)).unwrap();
    let (plan, hash) = Plan::read(&plan).unwrap();
    let states: Vec<_> = jobs.iter().map(done).collect();
    let manifest = Manifest::of(&plan, &hash, &states).unwrap().unwrap();
    world.stores(&manifest_key(&plan.backup), manifest.to_bytes().unwrap());
    world.runs("UTC", Order::default()).await.unwrap();
    assert!(world.sent().is_empty(), "the backup is complete");
}

fn deps_now() -> Timestamp {
    "2026-11-26T02:10:00Z".parse().unwrap()
}

#[tokio::test]
async fn old_backups_go_and_what_is_foreign_stays() {
    let world = World::at("2026-11-26T02:00:00Z");
    for day in 1..=20 {
        world.stores(&format!("backups/v1/2026-10-{day:02}/manifest.json"), Vec::new());
    }
    world.stores("backups/v1/2026-10-02/letter.txt", Vec::new());
    world.stores("elsewhere/2026-10-01/manifest.json", Vec::new());
    world.runs("UTC", Order::default()).await.unwrap();
    let left = world.keys();
    let whole: Vec<_> = left.iter().filter(|key| key.ends_with("manifest.json") && key.starts_with(ROOT)).collect();
    // The last seven days, and the first days of the weeks before them.
    assert_eq!(whole.len(), 7 + 3, "{whole:?}");
    assert!(left.contains(&"backups/v1/2026-10-02/letter.txt".to_owned()));
    assert!(left.contains(&"elsewhere/2026-10-01/manifest.json".to_owned()));
}

/// The backup is on its way before anything else can fail.
#[tokio::test]
async fn a_rotation_that_fails_keeps_no_backup_from_being_made() {
    let world = World::at("2026-11-26T02:00:00Z");
    *world.broken_list.lock().unwrap() = true;
    assert!(world.runs("UTC", Order::default()).await.is_err(), "it is told of");
    assert_eq!(world.sent().len(), 8);
}
