//! Segments as bytes: a header, a column for each trait, and a digest of all that.
//!
//! What was cut short, changed on its way or written by another version is refused as a whole: a row that is half right
//! would be found for the wrong reasons, and nobody would see why.

use aws_lc_rs::digest::{self, SHA256};
use kernel::{DIMENSIONS, Demands, LISTED, NOWHERE, Traits};

use super::columns::{Value, put, take};
use super::region::Region;
use super::segment::{Rows, Segment, Shard};
use super::upkeep::Head;
use crate::domain::embedding::ModelId;
use crate::domain::profile::Field;
use crate::domain::time::Timestamp;

const MAGIC: [u8; 8] = *b"CMINDEX\n";
/// Grows with every change of the columns, of the hashes in them, and of what a row says.
pub const FORMAT: u32 = 1;
pub(super) const DIGEST: usize = 32;
/// The name of the embedding model, and zeros behind it.
const MODEL: usize = 32;

/// Why bytes are no segment that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    #[error("this is no segment")]
    NoSegment,
    #[error("the segment has format {0}, and this version reads {FORMAT}")]
    Format(u32),
    #[error("the segment is shorter or longer than it says")]
    Length,
    #[error("the segment was changed on its way: its digest is another one")]
    Digest,
    #[error("the vectors of the segment are of another model, {0}")]
    Model(String),
    #[error("the segment is of a field or a region that this version does not know")]
    Shard,
}

const NOBODY: Traits = Traits {
    skills: [0; LISTED],
    interests: [0; LISTED],
    languages: 0,
    demands: Demands::NONE,
    scale: 0.0,
    city: 0,
    joined: 0,
    country: 0,
    coordinates: NOWHERE,
    offsets: [0; 2],
    field: 0,
    goals: 0,
    experience: 0,
    hours: 0,
    awaits_vector: false,
};

/// Does the same for each trait, in the order in which they are stored.
macro_rules! for_each_trait {
    ($act:ident!($($argument:expr),*)) => {
        $act!($($argument,)* skills);
        $act!($($argument,)* interests);
        $act!($($argument,)* languages);
        $act!($($argument,)* demands.languages);
        $act!($($argument,)* demands.countries);
        $act!($($argument,)* demands.fields);
        $act!($($argument,)* demands.goals);
        $act!($($argument,)* demands.experience);
        $act!($($argument,)* demands.max_km);
        $act!($($argument,)* scale);
        $act!($($argument,)* city);
        $act!($($argument,)* joined);
        $act!($($argument,)* country);
        $act!($($argument,)* coordinates);
        $act!($($argument,)* offsets);
        $act!($($argument,)* field);
        $act!($($argument,)* goals);
        $act!($($argument,)* experience);
        $act!($($argument,)* hours);
        $act!($($argument,)* awaits_vector);
    };
}

macro_rules! put_trait {
    ($out:expr, $traits:expr, $($name:ident).+) => {
        put(&mut $out, $traits.iter().map(|traits| &traits.$($name).+));
    };
}

macro_rules! take_trait {
    ($rest:expr, $count:expr, $traits:expr, $($name:ident).+) => {
        for (traits, value) in $traits.iter_mut().zip(take(&mut $rest, $count)?) {
            traits.$($name).+ = value;
        }
    };
}

impl Segment {
    /// What stands before the columns.
    pub const HEADER: usize = MAGIC.len() + 4 + 8 + 4 + 4 + 2 + MODEL;
    /// What a person takes in a stored segment.
    pub const BYTES_EACH: usize = 16 + 4 + 8 + 120 + DIMENSIONS;

    pub fn to_bytes(&self) -> Vec<u8> {
        let Rows { ids, versions, updated, traits, vectors } = &self.rows;
        let mut out = Vec::with_capacity(ids.len() * Self::BYTES_EACH + 128);
        out.extend(MAGIC);
        put(&mut out, &[FORMAT]);
        put(&mut out, &[self.built_at.unix_millis()]);
        let awaiting = self.rows.awaiting().count();
        put(&mut out, &[ids.len(), awaiting].map(|count| u32::try_from(count).unwrap_or(u32::MAX)));
        put(&mut out, &[self.shard.field as u8, self.shard.region as u8]);
        put(&mut out, &[model_name(ModelId::CURRENT.as_str())]);
        put(&mut out, ids);
        put(&mut out, versions);
        put(&mut out, updated);
        for_each_trait!(put_trait!(out, traits));
        put(&mut out, vectors);
        let digest = digest::digest(&SHA256, &out);
        out.extend(digest.as_ref());
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SegmentError> {
        let start = bytes.get(..Self::HEADER).unwrap_or(bytes);
        format(&mut &*start)?;
        let (content, stored) = bytes.split_last_chunk::<DIGEST>().ok_or(SegmentError::Length)?;
        if digest::digest(&SHA256, content).as_ref() != stored {
            return Err(SegmentError::Digest);
        }
        let (shard, head) = header(start)?;
        let columns = content.get(Self::HEADER..).ok_or(SegmentError::Length)?;
        Ok(Self { shard, built_at: head.built_at, rows: rows(columns, head.people)? })
    }
}

/// What the first bytes of a segment say.
pub(super) fn head(start: &[u8]) -> Result<Head, SegmentError> {
    header(start).map(|(_, head)| head)
}

fn header(start: &[u8]) -> Result<(Shard, Head), SegmentError> {
    let mut rest = start;
    format(&mut rest)?;
    let built_at = Timestamp::from_unix_millis(one(&mut rest)?);
    let mut count = || usize::try_from(one::<u32>(&mut rest)?).map_err(|_| SegmentError::Length);
    let head = Head { built_at, people: count()?, awaiting: count()? };
    let shard = shard(one(&mut rest)?, one(&mut rest)?)?;
    let model: [u8; MODEL] = one(&mut rest)?;
    if model != model_name(ModelId::CURRENT.as_str()) {
        let name = String::from_utf8_lossy(&model).trim_end_matches('\0').to_owned();
        return Err(SegmentError::Model(name));
    }
    Ok((shard, head))
}

/// Passes over what tells segments of this format from everything else.
fn format(rest: &mut &[u8]) -> Result<(), SegmentError> {
    *rest = rest.strip_prefix(&MAGIC).ok_or(SegmentError::NoSegment)?;
    match one(rest)? {
        FORMAT => Ok(()),
        other => Err(SegmentError::Format(other)),
    }
}

/// The columns, and nothing behind them.
fn rows(mut rest: &[u8], count: usize) -> Result<Rows, SegmentError> {
    let ids = take(&mut rest, count)?.collect();
    let versions = take(&mut rest, count)?.collect();
    let updated = take(&mut rest, count)?.collect();
    let mut traits = vec![NOBODY; count];
    for_each_trait!(take_trait!(rest, count, traits));
    let vectors = take(&mut rest, count)?.collect();
    if rest.is_empty() { Ok(Rows { ids, versions, updated, traits, vectors }) } else { Err(SegmentError::Length) }
}

fn one<T: Value>(rest: &mut &[u8]) -> Result<T, SegmentError> {
    take(rest, 1)?.next().ok_or(SegmentError::Length)
}

fn shard(field: u8, region: u8) -> Result<Shard, SegmentError> {
    let field = Field::ALL.get(usize::from(field)).copied().ok_or(SegmentError::Shard)?;
    let region = Region::ALL.get(usize::from(region)).copied().ok_or(SegmentError::Shard)?;
    Ok(Shard { field, region })
}

fn model_name(name: &str) -> [u8; MODEL] {
    let mut padded = [0; MODEL];
    for (place, byte) in padded.iter_mut().zip(name.bytes()) {
        *place = byte;
    }
    padded
}
