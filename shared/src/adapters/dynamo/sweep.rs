//! How far the sweep has come, in the ops table.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Key, encode};
use super::table::{Read, Table};
use crate::error::Result;
use crate::ports::outbox::{Overdue, SweepLog, SweepProgress};

#[derive(Clone, Debug)]
pub struct DynamoSweepLog(Table);

#[derive(Serialize, Deserialize)]
struct StoredProgress {
    version: u64,
    next: u64,
    open: Vec<u64>,
    #[serde(default)]
    overdue: Vec<Overdue>,
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
        let progress = |StoredProgress { version, next, open, overdue }| SweepProgress { version, next, open, overdue };
        Ok(stored.map(progress).unwrap_or_default())
    }

    async fn replace(&self, after: &SweepProgress) -> Result<bool> {
        let SweepProgress { version, next, open, overdue } = after.clone();
        let stored = StoredProgress { version, next, open, overdue };
        self.0.put_if(encode(&key(), &stored)?, Expression::at_version(version.saturating_sub(1))).await
    }
}

fn key() -> Key {
    Key::new("SWEEP", "PROGRESS")
}
