//! The delta: what the directory says is newer than the segments, and the people behind it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{try_join, try_join_all};

use super::Sources;
use super::snapshot::{Progress, Snapshot};
use crate::domain::id::UserId;
use crate::domain::profile::Field;
use crate::domain::retrieval::{LAG, Row};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::candidates::Line;

/// Lines of a field that one refresh reads. An update of many more people than this takes several.
const LINES: usize = 500;
/// Without segments, this many of the newest people are all there is.
const NEWEST: usize = 5_000;
/// How many people are read at once.
const PEOPLE_AT_ONCE: usize = 500;
/// How many people are asked again for their vectors in one refresh, and for how long after an edit.
const AWAITED: usize = 200;
const AWAITED_FOR: Duration = Duration::from_hours(1);

/// Reads what is new. A failure leaves the snapshot half done: it must not be used.
pub(super) async fn read(sources: &Sources, next: &mut Snapshot, now: Timestamp) -> Result<()> {
    let lines = lines(sources, next, now).await?;
    // A segment that was built meanwhile may know of an edit already: lists that were made before do not.
    for line in &lines {
        let changed_at = next.changed.entry(line.user_id).or_default();
        *changed_at = line.updated_at.max(*changed_at);
    }
    let mut wanted: HashMap<UserId, Timestamp> = HashMap::new();
    for line in lines.into_iter().filter(|line| is_news(next, line)) {
        let newest = wanted.entry(line.user_id).or_default();
        *newest = line.updated_at.max(*newest);
    }
    next.awaited.retain(|_, edited| now.since(*edited) < AWAITED_FOR);
    let awaited = next.awaited.keys().filter(|id| !wanted.contains_key(id)).take(AWAITED).copied().collect::<Vec<_>>();
    let ids: Vec<UserId> = wanted.keys().copied().chain(awaited).collect();
    for ids in ids.chunks(PEOPLE_AT_ONCE) {
        take(sources, next, ids, &wanted, now).await?;
    }
    Ok(())
}

/// Reads people, and notes them in the overlay if they are news.
async fn take(
    sources: &Sources,
    next: &mut Snapshot,
    ids: &[UserId],
    edited: &HashMap<UserId, Timestamp>,
    now: Timestamp,
) -> Result<()> {
    let people = sources.profiles.find_people(ids).await?;
    let mut missing: Vec<UserId> = ids.to_vec();
    missing.sort_unstable();
    for person in people.iter().filter(|person| person.profile.details.visible) {
        let row = Row::of(person);
        missing.retain(|id| *id != row.user_id);
        next.gone.remove(&row.user_id);
        let awaits = row.awaits_vector() && now.since(row.updated_at) < AWAITED_FOR;
        if awaits {
            next.awaited.insert(row.user_id, row.updated_at);
        } else {
            next.awaited.remove(&row.user_id);
        }
        let known = next.overlay.get(&row.user_id);
        let is_same = known.is_some_and(|known| **known == row);
        // Who is only waited for, and still is, has not changed.
        let is_told = edited.contains_key(&row.user_id) || !awaits;
        if !is_same && is_told {
            let at = edited.get(&row.user_id).map_or(now, |_| row.updated_at);
            next.changed.insert(row.user_id, at);
            next.overlay.insert(row.user_id, Arc::new(row));
        }
    }
    for user_id in missing {
        next.awaited.remove(&user_id);
        next.overlay.remove(&user_id);
        next.gone.insert(user_id);
        next.changed.insert(user_id, now);
    }
    Ok(())
}

/// Whether a line tells of an edit that is not known yet.
fn is_news(next: &Snapshot, line: &Line) -> bool {
    let known = next.overlay.get(&line.user_id).map(|row| row.updated_at);
    known.max(next.stored_edit(line.user_id)).is_none_or(|known| known < line.updated_at)
}

/// The lines of all fields from where they were read up to, and their newest where there are no segments.
async fn lines(sources: &Sources, next: &mut Snapshot, now: Timestamp) -> Result<Vec<Line>> {
    let progress = |field: &Field| next.progress.get(field).copied().unwrap_or_default();
    let newer = Field::ALL.iter().filter(|field| is_followed(&progress(field)));
    let newer = newer.map(async |field| following(sources, *field, progress(field), now).await);
    let newest = Field::ALL.iter().filter(|field| !is_followed(&progress(field)));
    let newest = newest.map(async |field| Ok((*field, sources.directory.newest(*field, NEWEST).await?)));
    let (newer, newest) = try_join(try_join_all(newer), try_join_all(newest)).await?;
    let mut lines = Vec::new();
    for (field, progress, found) in newer {
        next.progress.insert(field, progress);
        lines.extend(found);
    }
    lines.extend(first_read(next, newest, now));
    Ok(lines)
}

/// Whether a field is read from some time on, not for its newest people.
fn is_followed(progress: &Progress) -> bool {
    progress.has_segments || progress.until.is_some()
}

async fn following(
    sources: &Sources,
    field: Field,
    before: Progress,
    now: Timestamp,
) -> Result<(Field, Progress, Vec<Line>)> {
    let (since, began) = match (before.resume, before.until) {
        (Some((reached, began)), _) => (reached, began),
        (None, Some(until)) => (until - LAG, now),
        (None, None) => (before.from, now),
    };
    let lines = sources.directory.since(field, since, LINES).await?;
    let last = lines.last().map(|line| line.updated_at).filter(|_| lines.len() >= LINES);
    // Whatever appears late among what was read while there was more is looked for again from the beginning.
    let progress = match last.filter(|last| *last > since) {
        Some(last) => Progress { resume: Some((last, began)), ..before },
        None => Progress { resume: None, until: Some(began), ..before },
    };
    Ok((field, progress, lines))
}

/// Of fields without segments, the newest people of all of them together.
fn first_read(next: &mut Snapshot, newest: Vec<(Field, Vec<Line>)>, now: Timestamp) -> Vec<Line> {
    let mut lines: Vec<Line> = newest.iter().flat_map(|(_, lines)| lines).copied().collect();
    lines.sort_unstable_by_key(|line| (std::cmp::Reverse(line.updated_at), line.user_id));
    let cut = lines.get(NEWEST).map_or(Timestamp::default(), |line| line.updated_at);
    lines.truncate(NEWEST);
    for (field, _) in newest {
        let progress = next.progress.entry(field).or_default();
        *progress = Progress { from: cut, until: Some(now), ..*progress };
    }
    lines
}
