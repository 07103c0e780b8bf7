//! Retrieval: whom of many it is worth to score exactly.
//!
//! Everybody is a [`Row`] of a [`Segment`]: what the engine reads of a profile, in some five hundred bytes. A [`Sketch`]
//! is made of who asks, once per search: tables of what the engine would say of anybody. A [`search`] scans rows with
//! it. What it finds is scored by the engine, from fresh profiles.
//!
//! Invariants: a row decides only who is looked at, never what is said of them or whether they are shown. Hard filters
//! take everybody who may pass the exact ones; hashes that are equal by chance cost a place among a few hundred.

mod codec;
mod columns;
pub(in crate::domain) mod hash;
mod plan;
mod region;
mod row;
mod search;
mod segment;
mod sketch;
mod upkeep;

#[cfg(test)]
mod codec_tests;
#[cfg(test)]
mod population;
#[cfg(test)]
mod sketch_tests;

pub use codec::{FORMAT, SegmentError};
pub use plan::{Listed, plan};
pub use region::Region;
pub use row::{Row, quantised};
pub use search::{Found, View, search};
pub use segment::{Rows, Segment, Shard};
pub use sketch::Sketch;
pub use upkeep::{Head, LAG, enough_edits, is_due};
