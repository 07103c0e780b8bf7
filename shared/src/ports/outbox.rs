//! The outbox, for those who keep its promises. Entries are written by the transactions that make them.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::id::OutboxId;
use crate::domain::outbox::{Lane, OutboxEntry};
use crate::error::Result;

#[async_trait]
pub trait Outbox: Send + Sync {
    /// Removes a kept promise. Removing it twice is no error.
    async fn finish(&self, entry: &OutboxEntry) -> Result<()>;

    /// Hands a promise that could not be kept in time to the queue of its lane, with what is left of it. Does nothing if
    /// it has been kept meanwhile.
    async fn hand_over(&self, entry: &OutboxEntry) -> Result<()>;

    /// What is left of one minute, all shards together.
    async fn left_over(&self, minute: u64) -> Result<LeftOver>;
}

/// Promises that go with no other change.
#[async_trait]
pub trait Promises: Send + Sync {
    async fn promise(&self, entry: &OutboxEntry) -> Result<()>;
}

/// The rows of one minute whose promises were not kept.
#[derive(Debug, Default)]
pub struct LeftOver {
    pub entries: Vec<OutboxEntry>,
    /// Rows that this version cannot read: they stay as evidence, and must not keep others from being relayed.
    pub unreadable: usize,
}

/// The queues behind the outbox.
#[async_trait]
pub trait Queues: Send + Sync {
    /// Hands entries to the queue of their lane. MUST answer with an error unless all were accepted; consumers are
    /// idempotent, so sending some of them again is harmless.
    async fn send(&self, lane: Lane, entries: &[OutboxEntry]) -> Result<()>;

    /// Hands every entry to the queue of its own lane. A lane that fails does not keep the others waiting.
    async fn relay(&self, entries: &[OutboxEntry]) -> Result<()> {
        let mut outcome = Ok(());
        for lane in Lane::ALL {
            let entries: Vec<_> = entries.iter().filter(|entry| entry.effect.lane() == lane).cloned().collect();
            if !entries.is_empty() {
                outcome = outcome.and(self.send(lane, &entries).await);
            }
        }
        outcome
    }
}

/// How far the sweep of the outbox has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweepProgress {
    /// Grows with every run.
    pub version: u64,
    /// The first minute that no sweep has looked at.
    pub next: u64,
    /// Earlier minutes that still held something, and have had their turn.
    pub open: Vec<u64>,
    /// Those for which the last run had no time, or which it could not read. They come first.
    pub overdue: Vec<Overdue>,
}

/// A minute that has missed its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overdue {
    pub minute: u64,
    /// The last of its entries that was relayed, if time was over in the midst of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<OutboxId>,
}

#[async_trait]
pub trait SweepLog: Send + Sync {
    /// The progress so far; the default before the first run.
    async fn read(&self) -> Result<SweepProgress>;

    /// Stores a progress unless another run has stored one of its version; answers whether it was stored. A schedule may
    /// start the same run twice.
    async fn replace(&self, after: &SweepProgress) -> Result<bool>;
}
