//! Backups: tables that are described and read, and a bucket that keeps what was read.

use async_trait::async_trait;

use super::etag::ETag;
use crate::domain::backup::{Item, SegmentJob, Stored, TableDescription, TableKind};
use crate::error::Result;

/// A table from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    pub source: String,
    pub description: TableDescription,
    /// Counted hours ago.
    pub items: u64,
    pub bytes: u64,
}

#[async_trait]
pub trait Catalogue: Send + Sync {
    async fn look(&self, table: TableKind) -> Result<Looked>;
}

/// Some items of a segment, and the key after which it goes on; nothing at its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub items: Vec<Item>,
    pub next: Option<Item>,
}

#[async_trait]
pub trait Scan: Send + Sync {
    /// The page after a key. It MUST show every write that was acknowledged before it was asked for, and expired items that
    /// are still there. Each item that stays where it is for as long as a segment is read is on exactly one page.
    async fn page(&self, table: TableKind, segment: u32, of: u32, after: Option<&Item>) -> Result<Page>;
}

/// Where backups are kept.
#[async_trait]
pub trait Vault: Send + Sync {
    async fn read(&self, key: &str) -> Result<Option<(ETag, Vec<u8>)>>;

    /// Stores an object whose name holds its hash: doing it twice does it once.
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()>;

    /// Stores an object in the place of the one that was `seen`, or where none was; answers whether it did. Of several at
    /// once, one does.
    async fn write(&self, key: &str, bytes: Vec<u8>, seen: Option<&ETag>) -> Result<bool>;
}

/// What only rotation may do.
#[async_trait]
pub trait VaultCare: Send + Sync {
    /// Everything below a prefix.
    async fn list(&self, prefix: &str) -> Result<Vec<Stored>>;

    /// Deletes objects, in no particular order. What is not there is deleted already.
    async fn remove(&self, keys: &[String]) -> Result<()>;
}

#[async_trait]
pub trait BackupJobs: Send + Sync {
    /// Puts jobs into their queue. After a failure some of them may be in it.
    async fn send(&self, jobs: &[SegmentJob]) -> Result<()>;
}
