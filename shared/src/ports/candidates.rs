//! Candidates: the index that finds who is worth scoring, and what it is made of.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::listing::Wanted;
use crate::domain::matching::{Model, Person};
use crate::domain::profile::Field;
use crate::domain::retrieval::Shard;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::etag::ETag;

/// People worth scoring exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates {
    /// The most promising first, nobody twice.
    pub ids: Vec<UserId>,
    /// How many people were looked at.
    pub searched: usize,
    /// How many there are, as far as is known. More than were looked at, if they do not all fit into memory.
    pub of: usize,
    /// Edits of others up to this time are taken into account.
    pub fresh_as_of: Timestamp,
}

/// It may lag behind other people's edits, at most by a minute: callers score from fresh profiles, and ask on fresh items
/// who may be shown. What it says of a person decides only whether they are looked at.
#[async_trait]
pub trait CandidateIndex: Send + Sync {
    /// At most `limit` people whom `seeker` may be suggested, judged by everything that the model looks at. The filters of
    /// both sides and what is `wanted` may let some more through than the exact rules do, and never fewer.
    async fn search(&self, seeker: &Person, model: &Model, wanted: &Wanted, limit: usize) -> Result<Candidates>;

    /// Everybody who was edited since a list of that time was made, here or elsewhere, and perhaps some more. Nothing if
    /// that is not known, or if they are too many: the list is then to be made anew.
    async fn changed_since(&self, since: Timestamp) -> Result<Option<Vec<UserId>>>;
}

/// A visible person, as the directory lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub user_id: UserId,
    pub updated_at: Timestamp,
}

/// Visible people by field. It may show an edit some moments late.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The first `limit` edits from `since` on, oldest first. People who went on to edit again, hid or moved are not in
    /// their old places any more.
    async fn since(&self, field: Field, since: Timestamp, limit: usize) -> Result<Vec<Line>>;

    /// The last `limit` edits, newest first.
    async fn newest(&self, field: Field, limit: usize) -> Result<Vec<Line>>;
}

/// A stored segment, from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSegment {
    pub shard: Shard,
    pub etag: ETag,
    pub bytes: u64,
}

/// Where segments are stored.
#[async_trait]
pub trait Segments: Send + Sync {
    async fn list(&self) -> Result<Vec<StoredSegment>>;

    /// The bytes as they are now, with their own tag; nothing if the segment is gone.
    async fn read(&self, shard: Shard) -> Result<Option<(ETag, Vec<u8>)>>;

    /// Only the first bytes, at least those of the header.
    async fn read_start(&self, shard: Shard) -> Result<Option<Vec<u8>>>;

    /// Stores a segment in the place of the one that was `seen`, or where none was; answers whether it did. It does not
    /// if somebody else has written meanwhile.
    async fn write(&self, shard: Shard, bytes: Vec<u8>, seen: Option<&ETag>) -> Result<bool>;

    /// Removes the segment that was `seen`; answers whether it did.
    async fn remove(&self, shard: Shard, seen: &ETag) -> Result<bool>;
}
