//! Rotation, over many simulated days and with objects of others in the bucket.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::profile::TimeZone;
use crate::domain::time::Timestamp;

const DAY: Duration = Duration::from_hours(24);

fn start() -> Timestamp {
    "2026-10-01T02:00:00Z".parse().unwrap()
}

fn id(at: Timestamp) -> BackupId {
    BackupId::of_day(TimeZone::UTC.clocks().unwrap().show(at)).unwrap()
}

fn pieces(id: &BackupId, whole: bool) -> Vec<String> {
    let part = Part { number: 0, items: 1, bytes: 1, raw_bytes: 1, sha256: sha256(id.as_str().as_bytes()) };
    let mut keys = vec![plan_key(id), segment_key(id, TableKind::Ops, 0), part_key(id, TableKind::Ops, 0, &part)];
    keys.extend(whole.then(|| manifest_key(id)));
    keys
}

const FOREIGN: [&str; 6] = [
    "notes.txt",
    "backups/readme.md",
    "backups/v1/2026-10-01/notes.txt",
    "backups/v1/2026-10-01/outbox/0000.json",
    "backups/v0/2020-01-01/manifest.json",
    "exports/2020-01-01/manifest.json",
];

/// A bucket through the days; objects of others are as old as it is.
struct Bucket(BTreeMap<String, Timestamp>);

impl Bucket {
    fn new() -> Self {
        Self(FOREIGN.iter().map(|key| ((*key).to_owned(), start() - DAY * 400)).collect())
    }

    fn add(&mut self, keys: Vec<String>, at: Timestamp) {
        self.0.extend(keys.into_iter().map(|key| (key, at)));
    }

    fn rotate(&mut self, now: Timestamp) -> Vec<String> {
        let objects: Vec<Stored> =
            self.0.iter().map(|(key, at)| Stored { key: key.clone(), modified_at: *at }).collect();
        let Outdated { manifests, others } = outdated(&objects, now);
        let gone = [manifests, others].concat();
        for key in &gone {
            assert!(self.0.remove(key).is_some(), "{key} was not there, or goes twice");
        }
        gone
    }

    fn whole(&self) -> Vec<BackupId> {
        let manifests = self.0.keys().filter_map(|key| piece(key)).filter(|(_, piece)| *piece == Piece::Manifest);
        manifests.map(|(id, _)| id).collect()
    }

    fn has_all(&self, keys: &[String]) -> bool {
        keys.iter().all(|key| self.0.contains_key(key))
    }
}

#[test]
fn sixty_days_leave_seven_daily_and_four_weekly_backups() {
    let mut bucket = Bucket::new();
    for day in 0..60 {
        let now = start() + DAY * day;
        bucket.add(pieces(&id(now), true), now);
        bucket.rotate(now);
        let whole = bucket.whole();
        assert!(whole.contains(&id(now)), "the newest stays");
        assert!(whole.len() <= 11, "{whole:?}");
        for back in 0..day.min(6) {
            assert!(whole.contains(&id(now - DAY * back)), "the last seven days stay: {whole:?}");
        }
        assert!(FOREIGN.iter().all(|key| bucket.0.contains_key(*key)), "what is not ours stays");
    }
    // The 60th day is Sunday, 2026-11-29; weeks begin on Mondays.
    let expected = [
        "2026-10-26",
        "2026-11-02",
        "2026-11-09",
        "2026-11-16",
        "2026-11-23",
        "2026-11-24",
        "2026-11-25",
        "2026-11-26",
        "2026-11-27",
        "2026-11-28",
        "2026-11-29",
    ];
    assert_eq!(bucket.whole().iter().map(BackupId::as_str).collect::<Vec<_>>(), expected);
    assert_eq!(bucket.0.len(), FOREIGN.len() + 11 * 4, "nothing of those that went is left");
}

#[test]
fn without_new_backups_the_old_ones_stay_for_ever() {
    let mut bucket = Bucket::new();
    for day in 0..3 {
        bucket.add(pieces(&id(start() + DAY * day), true), start() + DAY * day);
    }
    assert!(bucket.rotate(start() + DAY * 1_000).is_empty());
}

#[test]
fn what_is_in_progress_stays_and_what_was_given_up_goes() {
    let mut bucket = Bucket::new();
    let (running, abandoned) = (id(start() + DAY * 10), id(start()));
    bucket.add(pieces(&abandoned, false), start());
    bucket.add(pieces(&running, false), start() + DAY * 10);
    let gone = bucket.rotate(start() + DAY * 10);
    assert_eq!(gone.len(), 3);
    assert!(gone.iter().all(|key| key.contains(abandoned.as_str())));
    assert!(bucket.has_all(&pieces(&running, false)));
    // One piece that is new is enough for the others to stay.
    bucket.add(vec![pieces(&running, false)[1].clone()], start() + DAY * 14);
    assert!(bucket.rotate(start() + DAY * 18).is_empty());
}

#[test]
fn a_rotation_that_is_cut_short_leaves_no_half_backup_that_looks_whole() {
    let mut bucket = Bucket::new();
    for day in 0..9 {
        bucket.add(pieces(&id(start() + DAY * day), true), start() + DAY * day);
    }
    let objects: Vec<Stored> = bucket.0.iter().map(|(key, at)| Stored { key: key.clone(), modified_at: *at }).collect();
    let gone = outdated(&objects, start() + DAY * 9);
    assert_eq!(gone.manifests, [manifest_key(&id(start() + DAY))], "Friday, of whose week Thursday is kept");
    bucket.0.remove(&gone.manifests[0]);
    assert_eq!(bucket.rotate(start() + DAY * 9).len(), 3, "the rest goes with the next one");
}

#[test]
fn several_of_one_day_count_as_one_day() {
    let mut bucket = Bucket::new();
    for day in 0..7 {
        let now = start() + DAY * day;
        bucket.add(pieces(&id(now), true), now);
        let extra = BackupId::parse(&format!("{}-1030{day:02}", id(now))).unwrap();
        bucket.add(pieces(&extra, true), now);
    }
    assert!(bucket.rotate(start() + DAY * 7).is_empty());
}

proptest! {
    #[test]
    fn whatever_happens_the_newest_and_what_is_foreign_and_what_runs_stay(
        days in prop::collection::vec((any::<bool>(), any::<bool>(), 0..3_u32), 1..60),
    ) {
        let mut bucket = Bucket::new();
        let mut newest = None;
        for (day, (planned, finished, pause)) in (0_u32..).zip(days) {
            let now = start() + DAY * day + Duration::from_hours(u64::from(pause));
            if planned {
                bucket.add(pieces(&id(now), finished), now);
                newest = if finished { Some(id(now)) } else { newest };
            }
            let before: BTreeSet<BackupId> = bucket.whole().into_iter().collect();
            bucket.rotate(now);
            let after: BTreeSet<BackupId> = bucket.whole().into_iter().collect();
            prop_assert!(after.is_subset(&before));
            prop_assert!(after.len() <= 11 && after.len() >= before.len().min(7));
            prop_assert!(FOREIGN.iter().all(|key| bucket.0.contains_key(*key)));
            for whole in &after {
                prop_assert!(bucket.has_all(&pieces(whole, true)), "{whole} has lost a piece");
            }
            if let Some(newest) = &newest {
                prop_assert!(after.contains(newest));
            }
            if planned && !finished {
                prop_assert!(bucket.has_all(&pieces(&id(now), false)));
            }
        }
    }
}
