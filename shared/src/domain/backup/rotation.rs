//! Which objects of old backups are thrown away: a function of what lies in the bucket, and of the time.
//!
//! Kept are all backups of the last seven days that have one, and of what is older the first one of each of the last four
//! weeks that have one. Days without a backup do not count: if none is made any more, none is thrown away.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{BackupId, Piece, piece};
use crate::domain::time::Timestamp;

const DAYS: usize = 7;
const WEEKS: usize = 4;
/// A backup that is not whole and to which nothing was added for so long never will be.
const ABANDONED: Duration = Duration::from_hours(5 * 24);

/// An object of the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub key: String,
    pub modified_at: Timestamp,
}

#[derive(Debug, Default)]
struct Found<'o> {
    manifest: Option<&'o str>,
    others: Vec<&'o str>,
    touched_at: Timestamp,
}

/// The keys to delete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outdated {
    /// They go before anything else, so that what is left of a rotation that was cut short is no backup, and goes later.
    pub manifests: Vec<String>,
    pub others: Vec<String>,
}

/// What is to be deleted of all that lies in the bucket.
pub fn outdated(objects: &[Stored], now: Timestamp) -> Outdated {
    let mut backups: BTreeMap<BackupId, Found<'_>> = BTreeMap::new();
    for object in objects {
        let Some((id, piece)) = piece(&object.key) else { continue };
        let found = backups.entry(id).or_default();
        found.touched_at = found.touched_at.max(object.modified_at);
        match piece {
            Piece::Manifest => found.manifest = Some(&object.key),
            Piece::Plan | Piece::Segment | Piece::Part => found.others.push(&object.key),
        }
    }
    let whole = backups.iter().filter(|(_, found)| found.manifest.is_some()).map(|(id, _)| id);
    let kept = kept(whole);
    let is_outdated = |(id, found): &(&BackupId, &Found<'_>)| match found.manifest {
        Some(_) => !kept.contains(id),
        None => now.since(found.touched_at) >= ABANDONED,
    };
    let mut gone = Outdated::default();
    for (_, found) in backups.iter().filter(is_outdated) {
        gone.manifests.extend(found.manifest.map(str::to_owned));
        gone.others.extend(found.others.iter().map(|key| (*key).to_owned()));
    }
    gone
}

/// Of whole backups, oldest first.
fn kept<'b>(whole: impl DoubleEndedIterator<Item = &'b BackupId> + Clone) -> BTreeSet<&'b BackupId> {
    let days: BTreeSet<i64> = whole.clone().map(BackupId::day).collect();
    let days: BTreeSet<i64> = days.into_iter().rev().take(DAYS).collect();
    let (recent, older): (Vec<_>, Vec<_>) = whole.partition(|id| days.contains(&id.day()));
    let mut weeks: BTreeMap<i64, &BackupId> = BTreeMap::new();
    for id in older {
        weeks.entry(id.week()).or_insert(id);
    }
    recent.into_iter().chain(weeks.into_values().rev().take(WEEKS)).collect()
}
