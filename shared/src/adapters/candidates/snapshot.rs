//! Everything that a process knows of the index at one moment.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::id::UserId;
use crate::domain::profile::Field;
use crate::domain::retrieval::{LAG, Listed, Row, Rows, Segment, Shard, View, plan};
use crate::domain::time::Timestamp;
use crate::ports::candidates::StoredSegment;
use crate::ports::etag::ETag;

/// How many people the overlay holds.
const OVERLAY: usize = 20_000;
/// For how long an edit is remembered as a change.
const REMEMBERED: Duration = Duration::from_hours(2);

/// A segment in memory.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub(super) etag: ETag,
    pub(super) segment: Arc<Segment>,
    /// A bit for each person of whom the overlay knows better.
    skipped: Vec<u64>,
}

impl Loaded {
    pub(super) fn new(etag: ETag, segment: Segment) -> Self {
        Self { etag, segment: Arc::new(segment), skipped: Vec::new() }
    }
}

/// How far the directory of a field was read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// Every edit is known from there on.
    pub(super) from: Timestamp,
    /// Everything is known up to there; nothing if nothing was read yet.
    pub(super) until: Option<Timestamp>,
    /// Where to go on if there was more than a refresh reads, and when that began.
    pub(super) resume: Option<(Timestamp, Timestamp)>,
    /// Whether segments cover what is older than `from`. Otherwise the directory's newest have to do.
    pub(super) has_segments: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    pub(super) listed: Vec<StoredSegment>,
    pub(super) listed_at: Option<Timestamp>,
    pub(super) loaded: HashMap<Shard, Loaded>,
    /// Segments that cannot be read, by the content that they had.
    pub(super) refused: HashMap<Shard, ETag>,
    pub(super) progress: BTreeMap<Field, Progress>,
    /// People who were edited since their segment was built.
    pub(super) overlay: BTreeMap<UserId, Arc<Row>>,
    /// People who were found gone or hidden since.
    pub(super) gone: BTreeSet<UserId>,
    /// People whose vector is still to come, and when they were edited.
    pub(super) awaited: BTreeMap<UserId, Timestamp>,
    /// Who changed, and when: an edit at its own time, everything else when it was seen.
    pub(super) changed: BTreeMap<UserId, Timestamp>,
    overlay_rows: Arc<Rows>,
    people: usize,
    refreshed_at: Option<Timestamp>,
}

impl Snapshot {
    /// By the clock on the wall. A clock that was set back makes everything old.
    pub(super) fn is_younger_than(&self, age: Duration, now: Timestamp) -> bool {
        self.refreshed_at.is_some_and(|refreshed_at| refreshed_at <= now && now.since(refreshed_at) < age)
    }

    pub(super) fn fresh_as_of(&self) -> Timestamp {
        let known = |progress: &Progress| progress.resume.map(|(reached, _)| reached).max(progress.until);
        self.progress.values().filter_map(known).min().unwrap_or_default()
    }

    /// Which of the listed segments are to be searched for somebody of this shard.
    pub(super) fn plan(&self, own: Option<Shard>, capacity: usize) -> Vec<Shard> {
        let listed: Vec<Listed> = self
            .listed
            .iter()
            .filter(|one| !self.is_missing(one))
            .map(|one| Listed { shard: one.shard, people: people_in(one) })
            .collect();
        match own.or_else(|| listed.first().map(|one| one.shard)) {
            Some(own) => plan(&listed, own, capacity),
            None => Vec::new(),
        }
    }

    /// Whether everything is loaded that is to be searched for somebody of this shard.
    pub(super) fn serves(&self, own: Shard, capacity: usize) -> bool {
        let all: usize = self.listed.iter().map(people_in).sum();
        all <= capacity || self.plan(Some(own), capacity).iter().all(|shard| self.loaded.contains_key(shard))
    }

    /// Whether a segment cannot be read, and there is no older content of it either.
    pub(super) fn is_missing(&self, stored: &StoredSegment) -> bool {
        !self.loaded.contains_key(&stored.shard) && self.is_refused(stored)
    }

    pub(super) fn is_refused(&self, stored: &StoredSegment) -> bool {
        self.refused.get(&stored.shard) == Some(&stored.etag)
    }

    /// How many people there are, as far as is known.
    pub(super) fn people(&self) -> usize {
        self.people
    }

    pub(super) fn is_in_a_segment(&self, user_id: UserId) -> bool {
        self.loaded.values().any(|loaded| loaded.segment.rows.find(user_id).is_some())
    }

    /// The newest edit of somebody that a segment knows.
    pub(super) fn stored_edit(&self, user_id: UserId) -> Option<Timestamp> {
        let edit = |loaded: &Loaded| loaded.segment.rows.updated_at(loaded.segment.rows.find(user_id)?);
        self.loaded.values().filter_map(edit).max()
    }

    pub(super) fn views(&self) -> impl Iterator<Item = View<'_>> {
        let segments = self.loaded.values().map(|one| View { rows: &one.segment.rows, skipped: &one.skipped });
        segments.chain([View { rows: &self.overlay_rows, skipped: &[] }])
    }

    /// Everybody who changed at this time or later, if everything is known from there on.
    pub(super) fn changed_from(&self, from: Timestamp) -> Option<Vec<UserId>> {
        let is_known = |progress: &Progress| progress.from <= from && progress.resume.is_none();
        let is_remembered = self.refreshed_at.is_some_and(|now| now.since(from) < REMEMBERED);
        if !is_remembered || !self.progress.values().all(is_known) {
            return None;
        }
        Some(self.changed.iter().filter(|(_, at)| **at >= from).map(|(id, _)| *id).collect())
    }

    /// Puts things in order after a refresh: forgets what segments know by now, and notes whom they are to skip.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let covered: Vec<UserId> =
            self.overlay.values().filter(|row| self.is_covered(row)).map(|row| row.user_id).collect();
        for user_id in covered {
            self.overlay.remove(&user_id);
        }
        let gone = std::mem::take(&mut self.gone);
        self.gone = gone.into_iter().filter(|id| self.is_in_a_segment(*id)).collect();
        self.forget_the_oldest();
        self.changed.retain(|_, at| now.since(*at) < REMEMBERED);
        self.overlay_rows = Arc::new(Rows::of(self.overlay.values().map(|row| Row::clone(row)).collect()));
        let better: Vec<UserId> = self.overlay.keys().chain(&self.gone).copied().collect();
        for loaded in self.loaded.values_mut() {
            let rows = &loaded.segment.rows;
            let mut skipped = vec![0; rows.len().div_ceil(64)];
            for place in better.iter().filter_map(|id| rows.find(*id)) {
                skipped[place / 64] |= 1 << (place % 64);
            }
            loaded.skipped = skipped;
        }
        let listed = self.listed.iter().filter(|one| !self.is_missing(one)).map(people_in).sum::<usize>();
        self.people = listed + self.overlay.keys().filter(|id| !self.is_in_a_segment(**id)).count();
        self.refreshed_at = Some(now);
    }

    /// Without segments that take them over, edits would pile up for as long as the process lives.
    fn forget_the_oldest(&mut self) {
        let Some(surplus) = self.overlay.len().checked_sub(OVERLAY).filter(|surplus| *surplus > 0) else { return };
        let mut edits: Vec<(Timestamp, UserId)> =
            self.overlay.values().map(|row| (row.updated_at, row.user_id)).collect();
        edits.sort_unstable();
        for (_, user_id) in edits.into_iter().take(surplus) {
            self.overlay.remove(&user_id);
        }
    }

    /// Whether a segment of the person's field says the same and will go on to: nobody learns of them from the directory
    /// again.
    fn is_covered(&self, row: &Row) -> bool {
        let is_old = |loaded: &&Loaded| row.updated_at + LAG < loaded.segment.built_at;
        let has_it = |loaded: &Loaded| {
            let rows = &loaded.segment.rows;
            rows.find(row.user_id).is_some_and(|place| rows.version(place) >= Some(row.version) && !rows.awaits(place))
        };
        self.loaded.values().filter(is_old).any(has_it)
    }
}

/// A segment's bytes tell how many people are in it.
pub(super) fn people_in(stored: &StoredSegment) -> usize {
    usize::try_from(stored.bytes).unwrap_or(usize::MAX).saturating_sub(Segment::HEADER) / Segment::BYTES_EACH
}
