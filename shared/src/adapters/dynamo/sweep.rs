//! How far the sweep has come, in the ops table.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::item::{Key, encode};
use super::table::{Read, Table};
use crate::error::Result;
use crate::ports::outbox::SweepPosition;

#[derive(Clone, Debug)]
pub struct DynamoSweepPosition(Table);

#[derive(Serialize, Deserialize)]
struct StoredPosition {
    minute: u64,
}

impl DynamoSweepPosition {
    pub fn new(ops: Table) -> Self {
        Self(ops)
    }
}

#[async_trait]
impl SweepPosition for DynamoSweepPosition {
    async fn read(&self) -> Result<Option<u64>> {
        let stored: Option<StoredPosition> = self.0.get(&key(), Read::Strong).await?;
        Ok(stored.map(|stored| stored.minute))
    }

    async fn write(&self, minute: u64) -> Result<()> {
        self.0.put(encode(&key(), &StoredPosition { minute })?).await
    }
}

fn key() -> Key {
    Key::new("SWEEP", "POSITION")
}
