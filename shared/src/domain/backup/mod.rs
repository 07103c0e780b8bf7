//! Backups: what one consists of, when it is whole, how an item becomes a line of text and an item again, and which backups
//! are thrown away.
//!
//! A backup is a fuzzy snapshot. Its manifest states the window of time in which the tables were read: an item that was not
//! written in it is exactly what it was, any other is one of the versions that it had within it.
//!
//! Invariants: a manifest exists only if every segment of the plan has been read to its end, and names every object with its
//! hash. An object is never written twice under one name with another content, because its name holds its hash.

mod attribute;
mod broken;
mod description;
mod id;
mod key;
mod manifest;
mod part;
mod plan;
mod rotation;
#[cfg(test)]
mod rotation_tests;
mod segment;
#[cfg(test)]
mod tests;

pub use attribute::{Attribute, Binary, Item};
pub use broken::Broken;
pub use description::{Index, KeySchema, Projection, TableDescription};
pub use id::BackupId;
pub use key::{Piece, ROOT, manifest_key, part_key, piece, plan_key, segment_key};
pub use manifest::{Manifest, SavedTable, Window};
pub use part::{Part, PartWriter, read_part};
pub use plan::{Plan, PlannedTable, SegmentJob, TableKind, segments_for};
pub use rotation::{Outdated, Stored, outdated};
pub use segment::SegmentState;

/// The version of everything that is written. Whoever reads another one refuses it.
pub const FORMAT: u32 = 1;

/// Lower-case hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    use aws_lc_rs::digest;
    super::hex::encode(digest::digest(&digest::SHA256, bytes).as_ref())
}
