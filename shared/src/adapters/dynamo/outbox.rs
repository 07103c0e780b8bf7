//! The outbox table.

use async_trait::async_trait;
use futures::future::try_join_all;

use super::expression::Expression;
use super::item::{Item, Key, decode, encode, expiring, text};
use super::range::Range;
use super::table::Table;
use crate::domain::outbox::{LAPSES_AFTER, OutboxEntry, SHARDS};
use crate::error::Result;
use crate::ports::outbox::{LeftOver, Outbox, Promises};
use crate::telemetry;

/// When somebody else was asked to keep the promise.
const HANDED_OVER_AT: &str = "handed_over_at";

#[derive(Clone, Debug)]
pub struct DynamoOutbox(Table);

impl DynamoOutbox {
    pub fn new(table: Table) -> Self {
        Self(table)
    }

    pub(super) fn table(&self) -> &Table {
        &self.0
    }
}

/// The row that a transaction writes with the change that makes the promise.
pub(super) fn row(entry: &OutboxEntry) -> Result<Item> {
    Ok(expiring(encode(&key(entry), entry)?, entry.created_at + LAPSES_AFTER))
}

pub(super) fn key(entry: &OutboxEntry) -> Key {
    Key::new(partition(entry.minute(), entry.shard()), entry.id.to_string())
}

fn partition(minute: u64, shard: u8) -> String {
    format!("DUE#{minute}#{shard}")
}

#[async_trait]
impl Outbox for DynamoOutbox {
    async fn finish(&self, entry: &OutboxEntry) -> Result<()> {
        self.0.delete(&key(entry)).await
    }

    /// The stream's filter lets rows of messages pass when they change, and only then: a first row is delivered by whoever
    /// has written it.
    async fn hand_over(&self, entry: &OutboxEntry) -> Result<()> {
        let mut item = row(entry)?;
        item.insert(HANDED_OVER_AT.to_owned(), text(self.0.now().to_string()));
        self.0.put_if(item, Expression::present()).await?;
        Ok(())
    }

    async fn left_over(&self, minute: u64) -> Result<LeftOver> {
        let shards = (0..SHARDS).map(|shard| self.0.query(Range::whole(partition(minute, shard)).strong().unlimited()));
        let mut left_over = LeftOver::default();
        for item in try_join_all(shards).await?.into_iter().flatten() {
            match decode(item) {
                Ok(entry) => left_over.entries.push(entry),
                Err(error) => {
                    telemetry::report(&error);
                    left_over.unreadable += 1;
                }
            }
        }
        Ok(left_over)
    }
}

#[async_trait]
impl Promises for DynamoOutbox {
    async fn promise(&self, entry: &OutboxEntry) -> Result<()> {
        self.0.put(row(entry)?).await
    }
}
