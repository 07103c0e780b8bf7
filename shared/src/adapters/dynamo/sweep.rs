//! How far the sweep has come, in the ops table.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::item::{Key, encode};
use super::table::{Read, Table};
use crate::error::Result;
use crate::ports::outbox::{SweepLog, SweepProgress};

#[derive(Clone, Debug)]
pub struct DynamoSweepLog(Table);

#[derive(Serialize, Deserialize)]
struct StoredProgress {
    next: u64,
    open: Vec<u64>,
}

impl DynamoSweepLog {
    pub fn new(ops: Table) -> Self {
        Self(ops)
    }
}

#[async_trait]
impl SweepLog for DynamoSweepLog {
    async fn read(&self) -> Result<Option<SweepProgress>> {
        let stored: Option<StoredProgress> = self.0.get(&key(), Read::Strong).await?;
        Ok(stored.map(|stored| SweepProgress { next: stored.next, open: stored.open }))
    }

    async fn write(&self, progress: &SweepProgress) -> Result<()> {
        let stored = StoredProgress { next: progress.next, open: progress.open.clone() };
        self.0.put(encode(&key(), &stored)?).await
    }
}

fn key() -> Key {
    Key::new("SWEEP", "PROGRESS")
}
