//! One table: reads that never show an expired item, and plain writes.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, KeysAndAttributes, PutRequest, ReturnValue, Select, WriteRequest,
};
use futures::future::try_join_all;
use serde::de::DeserializeOwned;

use super::expression::Expression;
use super::item::{EXPIRES_AT, Item, Key, decode, number};
use super::range::Range;
use super::transaction::Transaction;
use crate::adapters::aws::{Aws, failure};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::ambient::Clock;

/// How many keys one `BatchGetItem` may name.
const BATCH: usize = 100;
/// How many items one `BatchWriteItem` may write.
const WRITES: usize = 25;
/// How often keys that a batch left unprocessed are asked for again.
const BATCH_ROUNDS: usize = 5;

#[derive(Clone)]
pub struct Table {
    pub(super) client: Client,
    pub(super) name: String,
    clock: Arc<dyn Clock>,
}

/// Whether a read must see what was written a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    Strong,
    Eventual,
}

impl Table {
    pub fn new(aws: &Aws, name: String, clock: Arc<dyn Clock>) -> Self {
        Self { client: aws.dynamo(), name, clock }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key, read: Read) -> Result<Option<T>> {
        self.get_item(key, read).await?.map(decode).transpose()
    }

    /// The item as it is stored, for keys under which there are several kinds.
    pub(super) async fn get_item(&self, key: &Key, read: Read) -> Result<Option<Item>> {
        let request = self.client.get_item().table_name(&self.name).set_key(Some(key.attributes()));
        let answer = request.consistent_read(read == Read::Strong).send().await.map_err(failure)?;
        Ok(answer.item.filter(|item| self.is_alive(item)))
    }

    /// Items that exist among `keys`, in no particular order.
    pub(super) async fn get_many(&self, keys: &[Key], read: Read) -> Result<Vec<Item>> {
        let batches = keys.chunks(BATCH).map(|keys| self.get_batch(keys, read));
        Ok(try_join_all(batches).await?.into_iter().flatten().filter(|item| self.is_alive(item)).collect())
    }

    async fn get_batch(&self, keys: &[Key], read: Read) -> Result<Vec<Item>> {
        let keys = keys.iter().map(Key::attributes).collect();
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(read == Read::Strong).build();
        let mut wanted = Some(wanted.map_err(Error::internal)?);
        let mut found = Vec::new();
        for _ in 0..BATCH_ROUNDS {
            let Some(keys) = wanted.take() else { return Ok(found) };
            let answer = self.client.batch_get_item().request_items(&self.name, keys).send().await.map_err(failure)?;
            found.extend(answer.responses.and_then(|mut tables| tables.remove(&self.name)).unwrap_or_default());
            wanted = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.name));
        }
        if wanted.is_none() { Ok(found) } else { Err(Error::unavailable("a batch stayed unprocessed")) }
    }

    /// The items of a range, page after page until its limit.
    pub(super) async fn query(&self, range: Range) -> Result<Vec<Item>> {
        let mut found: Vec<Item> = Vec::new();
        let mut start = None;
        loop {
            let missing = i32::try_from(range.limit - found.len()).unwrap_or(i32::MAX);
            let request = self
                .client
                .query()
                .table_name(&self.name)
                .set_index_name(range.index.map(|index| index.name.to_owned()));
            let answer = range
                .conditions(request)
                .consistent_read(range.read == Read::Strong)
                .scan_index_forward(range.forward)
                .limit(missing)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(failure)?;
            found.extend(answer.items.unwrap_or_default().into_iter().filter(|item| self.is_alive(item)));
            start = answer.last_evaluated_key;
            if start.is_none() || found.len() >= range.limit {
                return Ok(found);
            }
        }
    }

    /// The keys of a range, those of expired items included: what is to be taken away is also what reads show no more.
    pub(super) async fn keys_in(&self, range: Range) -> Result<Vec<Key>> {
        let (mut keys, mut start) = (Vec::new(), None);
        loop {
            let missing = i32::try_from(range.limit - keys.len()).unwrap_or(i32::MAX);
            let request = self.client.query().table_name(&self.name).projection_expression("pk, sk");
            let request = range.conditions(request).consistent_read(true).limit(missing);
            let answer = request.set_exclusive_start_key(start).send().await.map_err(failure)?;
            for item in answer.items.unwrap_or_default() {
                let part = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned();
                let key = part("pk").zip(part("sk")).map(|(pk, sk)| Key { pk, sk });
                keys.push(key.ok_or_else(|| Error::internal("an item without its keys"))?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() || keys.len() >= range.limit {
                return Ok(keys);
            }
        }
    }

    /// How many items a range has, expired ones included, without reading what they say.
    pub(super) async fn count_in(&self, range: Range) -> Result<u64> {
        let (mut count, mut start) = (0, None);
        loop {
            let request = self.client.query().table_name(&self.name).select(Select::Count);
            let request = range.conditions(request.set_index_name(range.index.map(|index| index.name.to_owned())));
            let answer = request.set_exclusive_start_key(start).send().await.map_err(failure)?;
            count += u64::try_from(answer.count).unwrap_or_default();
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }

    pub(super) async fn put(&self, item: Item) -> Result<()> {
        self.client.put_item().table_name(&self.name).set_item(Some(item)).send().await.map_err(failure)?;
        Ok(())
    }

    /// Adds `step` to the counter in an item that is made when missing, and answers with the new count.
    pub(super) async fn count(&self, key: &Key, step: i64, expires_at: Timestamp) -> Result<i64> {
        let request = self.client.update_item().table_name(&self.name).set_key(Some(key.attributes()));
        let answer = request
            .update_expression("ADD #count :step SET expires_at = :expires_at")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":step", AttributeValue::N(step.to_string()))
            .expression_attribute_values(":expires_at", number(expires_at.unix_seconds()))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(failure)?;
        let count = answer.attributes.as_ref().and_then(|item| item.get("count")).and_then(|count| count.as_n().ok());
        count.and_then(|count| count.parse().ok()).ok_or_else(|| Error::internal("a counter has no count"))
    }

    /// Changes an item whatever it is, and makes it when it is missing. The SDK's own retry after a lost answer does it
    /// twice.
    pub(super) async fn update(&self, key: &Key, change: Expression) -> Result<()> {
        let request = self.client.update_item().table_name(&self.name).set_key(Some(key.attributes()));
        request
            .set_expression_attribute_names(change.names())
            .set_expression_attribute_values(change.values())
            .update_expression(change.text)
            .send()
            .await
            .map_err(failure)?;
        Ok(())
    }

    /// Adds to several counters in an item that is made when missing. Their names may be of any form.
    pub(super) async fn add(&self, key: &Key, counts: Vec<(String, u64)>, expires_at: Timestamp) -> Result<()> {
        let additions: Vec<String> = (0..counts.len()).map(|index| format!("#c{index} :c{index}")).collect();
        let mut request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression(format!("ADD {} SET expires_at = :expires_at", additions.join(", ")))
            .expression_attribute_values(":expires_at", number(expires_at.unix_seconds()));
        for (index, (name, count)) in counts.into_iter().enumerate() {
            request = request
                .expression_attribute_names(format!("#c{index}"), name)
                .expression_attribute_values(format!(":c{index}"), number(count));
        }
        request.send().await.map_err(failure)?;
        Ok(())
    }

    /// Puts and deletes items, in no particular order and not all at once.
    pub(super) async fn write_many(&self, puts: Vec<Item>, deletes: Vec<Key>) -> Result<()> {
        let put = |item| PutRequest::builder().set_item(Some(item)).build().map_err(Error::internal);
        let puts = puts.into_iter().map(put).map(|put| Ok(WriteRequest::builder().put_request(put?).build()));
        let delete =
            |key: Key| DeleteRequest::builder().set_key(Some(key.attributes())).build().map_err(Error::internal);
        let deletes = deletes.into_iter().map(delete);
        let deletes = deletes.map(|delete| Ok(WriteRequest::builder().delete_request(delete?).build()));
        let writes: Vec<WriteRequest> = puts.chain(deletes).collect::<Result<_>>()?;
        try_join_all(writes.chunks(WRITES).map(|some| self.write_batch(some.to_vec()))).await?;
        Ok(())
    }

    async fn write_batch(&self, writes: Vec<WriteRequest>) -> Result<()> {
        let mut wanted = Some(writes);
        for _ in 0..BATCH_ROUNDS {
            let Some(writes) = wanted.take() else { return Ok(()) };
            let answer = self.client.batch_write_item().request_items(&self.name, writes).send().await;
            let unprocessed = answer.map_err(failure)?.unprocessed_items;
            wanted = unprocessed.and_then(|mut tables| tables.remove(&self.name)).filter(|writes| !writes.is_empty());
        }
        if wanted.is_none() { Ok(()) } else { Err(Error::unavailable("a batch stayed unprocessed")) }
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<()> {
        let request = self.client.delete_item().table_name(&self.name).set_key(Some(key.attributes()));
        request.send().await.map_err(failure)?;
        Ok(())
    }

    /// A transaction that may also touch other tables.
    pub(super) fn transaction(&self) -> Transaction {
        Transaction::new(self.client.clone())
    }

    fn is_alive(&self, item: &Item) -> bool {
        let expires_at = item.get(EXPIRES_AT).and_then(|value| value.as_n().ok()).and_then(|n| n.parse::<u64>().ok());
        expires_at.is_none_or(|seconds| seconds > self.now().unix_seconds())
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({})", self.name)
    }
}
