//! The candidate index of a process: stored segments in memory, and what changed since they were built on top.
//!
//! Nothing is written when somebody edits a profile. Segments are built by `index-build`; what is newer than they are is
//! asked of the directory, once in a while. Everything is bounded: a refresh reads so many lines and people and
//! leaves the rest to the next. What cannot be read (a segment that is broken, a bucket that does not answer) is replaced
//! by what is there already, or by the directory's newest.
//!
//! Invariants: a search works on one snapshot, which nobody changes; a refresh makes another one. One refresh runs at a
//! time. Ages are taken from the clock on the wall, which goes on while an environment is frozen.

mod delta;
mod load;
mod snapshot;

#[cfg(test)]
mod failure_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use self::snapshot::Snapshot;
use super::dynamo::{DynamoDirectory, DynamoProfiles, Table};
use super::segments::S3Segments;
use crate::config::CandidatesConfig;
use crate::domain::id::UserId;
use crate::domain::listing::Wanted;
use crate::domain::matching::{Model, Person};
use crate::domain::retrieval::{LAG, Shard, Sketch, search};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::ambient::Ambient;
use crate::ports::candidates::{CandidateIndex, Candidates, Directory, Segments};
use crate::ports::profiles::Profiles;
use crate::telemetry;

/// How many people a process keeps: about 55 MB.
const CAPACITY: usize = 100_000;

/// The index that the configuration describes: segments in a bucket, and the directory of the profiles table. Reads
/// nothing before it is first asked.
pub fn open(segments: S3Segments, profiles: Table, config: &CandidatesConfig, ambient: Ambient) -> SegmentIndex {
    let sources = Sources {
        segments: Arc::new(segments),
        directory: Arc::new(DynamoDirectory::new(profiles.clone())),
        profiles: Arc::new(DynamoProfiles::reader(profiles)),
        ambient,
    };
    SegmentIndex::new(sources, Limits { capacity: CAPACITY, poll: config.poll })
}

/// How much a process keeps, and how often it looks for more.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// How many people.
    capacity: usize,
    /// How old a snapshot may get before the directory is asked what is new.
    poll: Duration,
}

/// More changed people than these are not named: they are read for every page, and a new list reads 300.
const NAMED: usize = 100;

/// What the index is made of.
#[derive(Clone)]
struct Sources {
    segments: Arc<dyn Segments>,
    directory: Arc<dyn Directory>,
    profiles: Arc<dyn Profiles>,
    ambient: Ambient,
}

pub struct SegmentIndex {
    sources: Sources,
    limits: Limits,
    snapshot: Mutex<Arc<Snapshot>>,
    /// Held by whoever refreshes.
    refreshing: tokio::sync::Mutex<()>,
}

impl SegmentIndex {
    fn new(sources: Sources, limits: Limits) -> Self {
        Self { sources, limits, snapshot: Mutex::default(), refreshing: tokio::sync::Mutex::default() }
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A snapshot that is fresh enough, with everything in it that is to be searched for somebody of this shard.
    ///
    /// If it cannot be refreshed, what there is stays in use for as long as the promise allows.
    async fn fresh(&self, own: Option<Shard>) -> Result<Arc<Snapshot>> {
        let is_enough = |snapshot: &Snapshot, now| {
            snapshot.is_younger_than(self.limits.poll, now)
                && own.is_none_or(|own| snapshot.serves(own, self.limits.capacity))
        };
        let snapshot = self.snapshot();
        if is_enough(&snapshot, self.sources.ambient.now()) {
            return Ok(snapshot);
        }
        let _turn = self.refreshing.lock().await;
        let before = self.snapshot();
        let now = self.sources.ambient.now();
        if is_enough(&before, now) {
            return Ok(before);
        }
        match self.refreshed(&before, own, now).await {
            Ok(after) => {
                let after = Arc::new(after);
                *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&after);
                Ok(after)
            }
            Err(error) if before.is_younger_than(LAG, now) => {
                telemetry::report(&error);
                Ok(before)
            }
            Err(error) => Err(error),
        }
    }

    async fn refreshed(&self, before: &Snapshot, own: Option<Shard>, now: Timestamp) -> Result<Snapshot> {
        let mut next = before.clone();
        load::segments(&self.sources, &mut next, own, self.limits.capacity, now).await;
        delta::read(&self.sources, &mut next, now).await?;
        next.settle(now);
        tracing::info!(
            index.people = next.people(),
            index.segments = next.loaded.len(),
            index.newer = next.overlay.len(),
            index.awaited = next.awaited.len(),
            "index"
        );
        Ok(next)
    }
}

#[async_trait]
impl CandidateIndex for SegmentIndex {
    async fn search(&self, seeker: &Person, model: &Model, wanted: &Wanted, limit: usize) -> Result<Candidates> {
        let snapshot = self.fresh(Some(Shard::from(seeker))).await?;
        let found = search(&Sketch::new(seeker, model, wanted), snapshot.views(), limit);
        Ok(Candidates {
            ids: found.ids,
            searched: found.searched,
            of: snapshot.people().max(found.searched),
            fresh_as_of: snapshot.fresh_as_of(),
        })
    }

    async fn changed_since(&self, since: Timestamp) -> Result<Option<Vec<UserId>>> {
        let snapshot = self.fresh(None).await?;
        // The list may have been made by another process, which had not heard of an edit that this one knew already.
        Ok(snapshot.changed_from(since - LAG).filter(|changed| changed.len() <= NAMED))
    }
}

impl std::fmt::Debug for SegmentIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SegmentIndex").field("limits", &self.limits).finish_non_exhaustive()
    }
}
