//! A search: rows scanned with a sketch, the best of all of them kept.

use std::collections::HashSet;

use kernel::{Best, scan};
use uuid::Uuid;

use super::segment::Rows;
use super::sketch::Sketch;
use crate::domain::id::UserId;

/// A person who moved from one segment to another may be in both for a while.
const TWICE: usize = 20;

/// Rows, and a bit for each that is to be skipped.
#[derive(Clone, Copy, Debug)]
pub struct View<'r> {
    pub rows: &'r Rows,
    pub skipped: &'r [u64],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Best first, nobody twice.
    pub ids: Vec<UserId>,
    /// How many people were looked at.
    pub searched: usize,
}

/// The `limit` people with the greatest sketched scores; among equals those with the smaller ids, so that the same rows
/// give the same answer however they are cut into segments.
pub fn search<'r>(sketch: &Sketch, views: impl IntoIterator<Item = View<'r>>, limit: usize) -> Found {
    let mut best = Best::new(limit + TWICE);
    let mut searched = 0;
    for View { rows, skipped } in views {
        let rows = kernel::Rows { ids: &rows.ids, traits: &rows.traits, vectors: &rows.vectors, skipped };
        searched += scan(&sketch.0, rows, &mut best);
    }
    let mut seen = HashSet::with_capacity(limit);
    let ids = best.into_sorted().into_iter().map(|found| UserId::from_uuid(Uuid::from_bytes(found.id)));
    Found { ids: ids.filter(|id| seen.insert(*id)).take(limit).collect(), searched }
}
