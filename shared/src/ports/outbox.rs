//! The outbox, for those who keep its promises. Entries are written by the transactions that make them.

use async_trait::async_trait;

use crate::domain::outbox::{Lane, OutboxEntry};
use crate::error::Result;

#[async_trait]
pub trait Outbox: Send + Sync {
    /// Removes a kept promise. Removing it twice is no error.
    async fn finish(&self, entry: &OutboxEntry) -> Result<()>;

    /// What is left of one minute, all shards together.
    async fn left_over(&self, minute: u64) -> Result<Vec<OutboxEntry>>;
}

/// The queues behind the outbox.
#[async_trait]
pub trait Queues: Send + Sync {
    /// Hands entries to the queue of their lane. MUST answer with an error unless all were accepted; consumers are
    /// idempotent, so sending some of them again is harmless.
    async fn send(&self, lane: Lane, entries: &[OutboxEntry]) -> Result<()>;
}

/// How far the sweep of the outbox has come.
#[async_trait]
pub trait SweepPosition: Send + Sync {
    /// The first minute that may still hold entries, if a sweep ran before.
    async fn read(&self) -> Result<Option<u64>>;

    async fn write(&self, minute: u64) -> Result<()>;
}
