//! Erasures, in the accounts table: how far one has come, and the tombstone that is left of it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, encode, expiring, number};
use super::outbox::{self, DynamoOutbox};
use super::table::{Read, Table};
use crate::domain::erasure::{Erasure, TOMBSTONE_LIFETIME};
use crate::domain::id::UserId;
use crate::domain::outbox::OutboxEntry;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::erasures::Erasures;

#[derive(Clone, Debug)]
pub struct DynamoErasures {
    accounts: Table,
    outbox: DynamoOutbox,
}

/// `ERASED#u` / `ERASURE`
#[derive(Serialize, Deserialize)]
struct StoredErasure {
    begun_at: Timestamp,
    done: usize,
    moved_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    farewell: Option<OutboxEntry>,
}

impl DynamoErasures {
    pub fn new(accounts: Table, outbox: DynamoOutbox) -> Self {
        Self { accounts, outbox }
    }
}

#[async_trait]
impl Erasures for DynamoErasures {
    async fn find(&self, user_id: UserId) -> Result<Option<Erasure>> {
        let stored: Option<StoredErasure> = self.accounts.get(&key(user_id), Read::Strong).await?;
        Ok(stored.map(|stored| {
            let StoredErasure { begun_at, done, moved_at, farewell } = stored;
            Erasure { user_id, begun_at, done, moved_at, farewell }
        }))
    }

    async fn advance(&self, after: &Erasure) -> Result<bool> {
        let before = u64::try_from(after.done.saturating_sub(1)).map_err(Error::internal)?;
        let condition = Expression::new("done = :before").value(":before", number(before));
        let transaction = self.accounts.transaction().put_if(&self.accounts, to_item(after)?, condition);
        transaction.committed().await
    }

    async fn is_farewell_said(&self, erasure: &Erasure) -> Result<bool> {
        let Some(farewell) = &erasure.farewell else { return Ok(true) };
        let row = self.outbox.table().get_item(&outbox::key(farewell), Read::Strong).await?;
        Ok(row.is_none())
    }
}

pub(super) fn to_item(erasure: &Erasure) -> Result<Item> {
    let Erasure { user_id, begun_at, done, moved_at, farewell } = erasure.clone();
    let item = encode(&key(user_id), &StoredErasure { begun_at, done, moved_at, farewell })?;
    Ok(if erasure.step().is_none() { expiring(item, moved_at + TOMBSTONE_LIFETIME) } else { item })
}

fn key(user_id: UserId) -> Key {
    Key::new(format!("ERASED#{user_id}"), "ERASURE")
}
