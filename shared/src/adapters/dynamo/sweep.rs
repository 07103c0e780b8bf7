//! How far the sweep has come, in the ops table.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Key, encode};
use super::table::{Read, Table};
use crate::error::Result;
use crate::ports::outbox::{SweepLog, SweepProgress};

#[derive(Clone, Debug)]
pub struct DynamoSweepLog(Table);

#[derive(Serialize, Deserialize)]
struct StoredProgress {
    version: u64,
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
    async fn read(&self) -> Result<SweepProgress> {
        let stored: Option<StoredProgress> = self.0.get(&key(), Read::Strong).await?;
        let progress =
            |stored: StoredProgress| SweepProgress { version: stored.version, next: stored.next, open: stored.open };
        Ok(stored.map(progress).unwrap_or_default())
    }

    async fn replace(&self, before: &SweepProgress, next: u64, open: Vec<u64>) -> Result<bool> {
        let stored = StoredProgress { version: before.version + 1, next, open };
        self.0.put_if(encode(&key(), &stored)?, Expression::at_version(before.version)).await
    }
}

fn key() -> Key {
    Key::new("SWEEP", "PROGRESS")
}
