//! Loading segments: those that are new or another content than the loaded one, and as many as fit.

use std::time::Duration;

use futures::{StreamExt, stream};

use super::Sources;
use super::snapshot::{Loaded, Progress, Snapshot, people_in};
use crate::domain::profile::Field;
use crate::domain::retrieval::{LAG, Segment, Shard};
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::ports::candidates::StoredSegment;
use crate::ports::etag::ETag;
use crate::telemetry;

/// How often the bucket is asked what there is. One list tells the tags of all segments, where a conditional read of each
/// would be dozens of calls.
const LISTING: Duration = Duration::from_mins(1);
/// How many segments are read at the same time.
const AT_ONCE: usize = 8;
/// How long a search waits for the list of segments, and for those that it lacks. Somebody waits for the search; what comes
/// too late is asked for by the next refresh.
const LIST_PATIENCE: Duration = Duration::from_secs(1);
const READ_PATIENCE: Duration = Duration::from_secs(4);

/// Brings the loaded segments up to date, as far as that is possible: a bucket that does not answer and a segment that
/// cannot be read are told of and change nothing else.
pub(super) async fn segments(
    sources: &Sources,
    next: &mut Snapshot,
    own: Option<Shard>,
    capacity: usize,
    now: Timestamp,
) {
    if next.listed_at.is_none_or(|at| at > now || now.since(at) >= LISTING) {
        // A bucket that failed is not asked again before a minute has passed either.
        next.listed_at = Some(now);
        match tokio::time::timeout(LIST_PATIENCE, sources.segments.list()).await {
            Ok(Ok(listed)) => next.listed = listed,
            Ok(Err(error)) => telemetry::report(&error),
            Err(_) => telemetry::report(&Error::unavailable("the list of segments did not come in time")),
        }
    }
    let is_listed = |shard: &Shard| next.listed.iter().any(|one| one.shard == *shard);
    next.loaded.retain(|shard, _| is_listed(shard));
    let planned = next.plan(own, capacity);
    make_room(next, &planned, capacity);
    let wanted: Vec<StoredSegment> = next.listed.iter().filter(|one| is_wanted(next, one, &planned)).cloned().collect();
    let asked_for = wanted.len();
    let reads = wanted.into_iter().map(async |one| (one.shard, read(sources, one.shard).await));
    let deadline = Box::pin(tokio::time::sleep(READ_PATIENCE));
    let read: Vec<_> = stream::iter(reads).buffer_unordered(AT_ONCE).take_until(deadline).collect().await;
    if read.len() < asked_for {
        telemetry::report(&Error::unavailable("segments of the index did not come in time"));
    }
    for (shard, answer) in read {
        match answer {
            Ok(Some(Content::Segment(loaded))) => {
                next.refused.remove(&shard);
                next.awaited.extend(loaded.segment.rows.awaiting());
                next.loaded.insert(shard, loaded);
            }
            // What was loaded before stays in use.
            Ok(Some(Content::Broken(etag, error))) => {
                telemetry::report(&error);
                next.refused.insert(shard, etag);
            }
            Ok(None) => {
                next.loaded.remove(&shard);
            }
            Err(error) => telemetry::report(&error),
        }
    }
    note_coverage(next, &planned, now);
}

/// A planned segment that is not loaded, and a loaded one that has another content by now.
fn is_wanted(next: &Snapshot, one: &StoredSegment, planned: &[Shard]) -> bool {
    match next.loaded.get(&one.shard) {
        Some(loaded) => loaded.etag != one.etag && !next.is_refused(one),
        None => planned.contains(&one.shard),
    }
}

enum Content {
    Segment(Loaded),
    Broken(ETag, Error),
}

async fn read(sources: &Sources, shard: Shard) -> Result<Option<Content>, Error> {
    let Some((etag, bytes)) = sources.segments.read(shard).await? else { return Ok(None) };
    Ok(Some(match Segment::from_bytes(&bytes) {
        Ok(segment) if segment.shard == shard => Content::Segment(Loaded::new(etag, segment)),
        Ok(_) => Content::Broken(etag, Error::internal(format!("the segment {} is of another shard", shard.path()))),
        Err(error) => Content::Broken(etag, Error::internal(format!("{}: {error}", shard.path()))),
    }))
}

/// Drops segments that are not planned, for as long as all together are too many.
fn make_room(next: &mut Snapshot, planned: &[Shard], capacity: usize) {
    let size = |shard: &Shard| next.listed.iter().find(|one| one.shard == *shard).map_or(0, people_in);
    let others: Vec<Shard> = next.loaded.keys().filter(|shard| !planned.contains(shard)).copied().collect();
    let needed: usize = planned.iter().map(&size).sum();
    let mut left = capacity.saturating_sub(needed);
    for shard in others {
        match left.checked_sub(size(&shard)) {
            Some(rest) => left = rest,
            None => drop(next.loaded.remove(&shard)),
        }
    }
}

/// For each field, from when on the directory is to be read: from the build of its oldest loaded segment. A field of which
/// a planned segment is missing is read from the directory alone, one that does not fit only from now on.
fn note_coverage(next: &mut Snapshot, planned: &[Shard], now: Timestamp) {
    for field in Field::ALL {
        let of_field = |shard: &&Shard| shard.field == *field;
        let broken = next.listed.iter().any(|one| one.shard.field == *field && next.is_missing(one));
        let complete = !broken && planned.iter().filter(of_field).all(|shard| next.loaded.contains_key(shard));
        let built =
            next.loaded.values().filter(|one| one.segment.shard.field == *field).map(|one| one.segment.built_at).min();
        let left_out = next.listed.iter().any(|one| one.shard.field == *field)
            && !planned.iter().any(|shard| shard.field == *field);
        let progress = next.progress.entry(*field).or_default();
        progress.has_segments = complete && (built.is_some() || left_out);
        if !progress.has_segments {
            continue;
        }
        // Of a field that is left out only what is edited from now on is followed.
        let start = built.unwrap_or(if progress.until.is_none() { now } else { Timestamp::MAX }) - LAG;
        // Edits between this segment's build and what was read so far are known from nowhere.
        if progress.until.is_none() || progress.from > start {
            *progress = Progress { from: start, until: None, resume: None, ..*progress };
        }
    }
}
