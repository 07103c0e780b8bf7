//! Rows in arrays, and the segments that they are stored as.

use kernel::{DIMENSIONS, Traits};

use super::region::Region;
use super::row::Row;
use crate::domain::id::UserId;
use crate::domain::profile::Field;
use crate::domain::time::Timestamp;

/// Which people a segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shard {
    pub field: Field,
    pub region: Region,
}

impl Shard {
    /// `technology/europe`
    pub fn path(self) -> String {
        format!("{}/{}", self.field.as_str(), self.region.as_str())
    }

    pub fn parse(path: &str) -> Option<Self> {
        let (field, region) = path.split_once('/')?;
        Some(Self { field: Field::parse(field).ok()?, region: Region::parse(region)? })
    }
}

/// Rows in the order of their ids, as arrays of one length: what a scan reads lies side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub(super) ids: Vec<[u8; 16]>,
    pub(super) versions: Vec<u32>,
    /// Milliseconds since 1970.
    pub(super) updated: Vec<u64>,
    pub(super) traits: Vec<Traits>,
    pub(super) vectors: Vec<[i8; DIMENSIONS]>,
}

impl Rows {
    /// What a person takes in memory.
    pub const BYTES_EACH: usize = 16 + 4 + 8 + size_of::<Traits>() + DIMENSIONS;

    /// Of several rows of one person the newest is kept.
    pub fn of(mut rows: Vec<Row>) -> Self {
        rows.sort_unstable_by_key(|row| (*row.user_id.as_uuid(), std::cmp::Reverse(row.version)));
        rows.dedup_by_key(|row| row.user_id);
        Self {
            ids: rows.iter().map(|row| *row.user_id.as_uuid().as_bytes()).collect(),
            versions: rows.iter().map(|row| row.version).collect(),
            updated: rows.iter().map(|row| row.updated_at.unix_millis()).collect(),
            traits: rows.iter().map(|row| row.traits).collect(),
            vectors: rows.iter().map(|row| row.vector).collect(),
        }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The place of a person.
    pub fn find(&self, user_id: UserId) -> Option<usize> {
        self.ids.binary_search(user_id.as_uuid().as_bytes()).ok()
    }

    /// The version of a person's profile that the row was made of.
    pub fn version(&self, place: usize) -> Option<u32> {
        self.versions.get(place).copied()
    }

    /// The last edit that the row knows of.
    pub fn updated_at(&self, place: usize) -> Option<Timestamp> {
        self.updated.get(place).copied().map(Timestamp::from_unix_millis)
    }

    /// Whether a person's vector was not there yet.
    pub fn awaits(&self, place: usize) -> bool {
        self.traits.get(place).is_some_and(|traits| traits.awaits_vector)
    }

    /// Those whose vector was not there yet, and when they were edited.
    pub fn awaiting(&self) -> impl Iterator<Item = (UserId, Timestamp)> {
        let waiting =
            self.ids.iter().zip(&self.traits).zip(&self.updated).filter(|((_, traits), _)| traits.awaits_vector);
        waiting.map(|((id, _), updated)| {
            (UserId::from_uuid(uuid::Uuid::from_bytes(*id)), Timestamp::from_unix_millis(*updated))
        })
    }
}

/// A part of the population, as it was at some time.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    pub shard: Shard,
    /// Every edit is in it that the directory showed at this time.
    pub built_at: Timestamp,
    pub rows: Rows,
}
