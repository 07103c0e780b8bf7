//! One table, as an operator handles it: made, tagged, filled, read back, set up.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, KeysAndAttributes, PointInTimeRecoverySpecification, PutRequest, Select,
    TableStatus, Tag, TimeToLiveSpecification, WriteRequest,
};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{describe, restored_item, saved_item};
use shared::domain::backup::{Item, TableDescription, TableKind};
use shared::domain::time::Timestamp;
use shared::ports::ambient::Ambient;

use crate::failure::Failure;

/// How many batches are under way at once.
pub(crate) const LANES: usize = 8;
/// How many items one `BatchGetItem` may name, and one `BatchWriteItem` write.
pub(crate) const READS: usize = 100;
const WRITES: usize = 25;
/// A new table takes 4,000 writes a second, and more after a while: what it does not take now is offered again.
const ROUNDS: u32 = 12;
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often one looks whether a table is made. Large ones with indexes take a minute.
const LOOKS: u32 = 600;

pub(crate) struct Table {
    client: Client,
    ambient: Ambient,
    kind: TableKind,
    name: String,
}

impl Table {
    pub(crate) fn new(aws: &Aws, ambient: &Ambient, kind: TableKind, name: String) -> Self {
        Self { client: aws.bulk_dynamo(), ambient: ambient.clone(), kind, name }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ambient.now()
    }

    /// Nothing if there is no such table.
    pub(crate) async fn describe(&self) -> Result<Option<TableDescription>, Failure> {
        let table = match self.client.describe_table().table_name(&self.name).send().await {
            Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(None),
            answer => answer.map_err(|error| self.failed("DescribeTable", &error))?.table,
        };
        let expiry = self.client.describe_time_to_live().table_name(&self.name).send().await;
        let expiry = expiry.map_err(|error| self.failed("DescribeTimeToLive", &error))?;
        let recovery = self.client.describe_continuous_backups().table_name(&self.name).send().await;
        let recovery = recovery.map_err(|error| self.failed("DescribeContinuousBackups", &error))?;
        let Some(table) = table else { return Ok(None) };
        Ok(Some(describe(table, expiry.time_to_live_description, recovery.continuous_backups_description)?))
    }

    pub(crate) async fn is_empty(&self) -> Result<bool, Failure> {
        Ok(self.count_until(1).await? == 0)
    }

    pub(crate) async fn count(&self) -> Result<u64, Failure> {
        self.count_until(u64::MAX).await
    }

    /// How many items there are that a backup would have, or at least so many. A running stack may write others meanwhile.
    async fn count_until(&self, enough: u64) -> Result<u64, Failure> {
        let (mut count, mut start) = (0, None);
        loop {
            let answer = self.counting().set_exclusive_start_key(start).send().await;
            let answer = answer.map_err(|error| self.failed("Scan", &error))?;
            count += u64::try_from(answer.count).unwrap_or(0);
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() || count >= enough {
                return Ok(count);
            }
        }
    }

    fn counting(&self) -> ScanFluentBuilder {
        let request = self.client.scan().table_name(&self.name).select(Select::Count).consistent_read(true);
        let mut terms = Vec::new();
        let request = self.kind.momentary().iter().enumerate().fold(request, |request, (number, beginning)| {
            terms.push(format!("NOT begins_with(pk, :p{number})"));
            request.expression_attribute_values(format!(":p{number}"), AttributeValue::S((*beginning).to_owned()))
        });
        request.set_filter_expression((!terms.is_empty()).then(|| terms.join(" AND ")))
    }

    /// Makes the table, with its indexes and its stream, and marks it from the start.
    pub(crate) async fn create(&self, like: &TableDescription, tag: &str, mark: &str) -> Result<(), Failure> {
        let request = crate::create::request(&self.client, &self.name, like, tag_of(tag, mark)?)?;
        match request.send().await {
            // It is ours if an answer was lost, and whose it is says the tag.
            Err(error) if error.code() == Some("ResourceInUseException") => {}
            answer => drop(answer.map_err(|error| self.failed("CreateTable", &error))?),
        }
        self.wait_until_active().await
    }

    pub(crate) async fn wait_until_active(&self) -> Result<(), Failure> {
        for _ in 0..LOOKS {
            let answer = self.client.describe_table().table_name(&self.name).send().await;
            let answer = answer.map_err(|error| self.failed("DescribeTable", &error))?;
            if answer.table.and_then(|table| table.table_status) == Some(TableStatus::Active) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Err(Failure::new(format!("{} is still being made", self.name))
            .remedy("give the same command again in a minute"))
    }

    /// Expiry and recovery as they were. What is so already stays: `DynamoDB` refuses to switch on what is on.
    pub(crate) async fn set_up(&self, like: &TableDescription) -> Result<(), Failure> {
        let there = self.describe().await?.ok_or_else(|| Failure::new(format!("{} is gone", self.name)))?;
        if let Some(attribute) = like.time_to_live.as_ref().filter(|_| there.time_to_live.is_none()) {
            let expiry = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build();
            let expiry = expiry.map_err(|error| Failure::new(error.to_string()))?;
            let request = self.client.update_time_to_live().table_name(&self.name).time_to_live_specification(expiry);
            request.send().await.map_err(|error| self.failed("UpdateTimeToLive", &error))?;
        }
        if like.point_in_time_recovery && !there.point_in_time_recovery {
            let on = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build();
            let on = on.map_err(|error| Failure::new(error.to_string()))?;
            let request = self.client.update_continuous_backups().table_name(&self.name);
            let answer = request.point_in_time_recovery_specification(on).send().await;
            answer.map_err(|error| self.failed("UpdateContinuousBackups", &error))?;
        }
        Ok(())
    }

    pub(crate) async fn tag(&self, key: &str) -> Result<Option<String>, Failure> {
        let answer = self.client.list_tags_of_resource().resource_arn(self.arn().await?).send().await;
        let tags = answer.map_err(|error| self.failed("ListTagsOfResource", &error))?.tags.unwrap_or_default();
        Ok(tags.into_iter().find(|tag| tag.key == key).map(|tag| tag.value))
    }

    pub(crate) async fn set_tag(&self, key: &str, value: &str) -> Result<(), Failure> {
        let request = self.client.tag_resource().resource_arn(self.arn().await?).tags(tag_of(key, value)?);
        request.send().await.map_err(|error| self.failed("TagResource", &error))?;
        Ok(())
    }

    pub(crate) async fn remove_tag(&self, key: &str) -> Result<(), Failure> {
        let request = self.client.untag_resource().resource_arn(self.arn().await?).tag_keys(key);
        request.send().await.map_err(|error| self.failed("UntagResource", &error))?;
        Ok(())
    }

    async fn arn(&self) -> Result<String, Failure> {
        let answer = self.client.describe_table().table_name(&self.name).send().await;
        let table = answer.map_err(|error| self.failed("DescribeTable", &error))?.table;
        table.and_then(|table| table.table_arn).ok_or_else(|| Failure::new(format!("{} has no ARN", self.name)))
    }

    pub(crate) async fn put(&self, items: Vec<Item>) -> Result<(), Failure> {
        let put = |item| PutRequest::builder().set_item(Some(restored_item(item))).build();
        self.write(items, |item| Ok(WriteRequest::builder().put_request(put(item)?).build())).await
    }

    /// Takes away what has these keys.
    pub(crate) async fn delete(&self, keys: Vec<Item>) -> Result<(), Failure> {
        let delete = |key| DeleteRequest::builder().set_key(Some(restored_item(key))).build();
        self.write(keys, |key| Ok(WriteRequest::builder().delete_request(delete(key)?).build())).await
    }

    async fn write(
        &self,
        items: Vec<Item>,
        request: impl Fn(Item) -> Result<WriteRequest, BuildError>,
    ) -> Result<(), Failure> {
        let mut items = items.into_iter();
        let batches = std::iter::from_fn(move || {
            let batch: Result<Vec<_>, _> = items.by_ref().take(WRITES).map(&request).collect();
            batch.map(|batch| (!batch.is_empty()).then_some(batch)).transpose()
        });
        let write = async |batch: Result<Vec<WriteRequest>, BuildError>| {
            self.write_batch(batch.map_err(|error| Failure::new(error.to_string()))?).await
        };
        stream::iter(batches).map(write).buffer_unordered(LANES).try_collect().await
    }

    async fn write_batch(&self, mut wanted: Vec<WriteRequest>) -> Result<(), Failure> {
        for round in 0..ROUNDS {
            let answer = self.client.batch_write_item().request_items(&self.name, wanted.clone()).send().await;
            match answer {
                Ok(answer) => {
                    let left = answer.unprocessed_items.and_then(|mut tables| tables.remove(&self.name));
                    wanted = left.unwrap_or_default();
                }
                Err(error) if is_throttle(&error) => {}
                Err(error) => return Err(self.failed("BatchWriteItem", &error)),
            }
            if wanted.is_empty() {
                return Ok(());
            }
            self.pause(round).await;
        }
        Err(self.unprocessed())
    }

    /// Those of the keys under which there is an item.
    pub(crate) async fn get(&self, keys: Vec<Item>) -> Result<Vec<Item>, Failure> {
        let mut wanted: Vec<HashMap<String, AttributeValue>> = keys.into_iter().map(restored_item).collect();
        let mut found = Vec::new();
        for round in 0..ROUNDS {
            let keys = KeysAndAttributes::builder().set_keys(Some(wanted.clone())).consistent_read(true).build();
            let keys = keys.map_err(|error| Failure::new(error.to_string()))?;
            match self.client.batch_get_item().request_items(&self.name, keys).send().await {
                Ok(answer) => {
                    let items = answer.responses.and_then(|mut tables| tables.remove(&self.name)).unwrap_or_default();
                    for item in items {
                        found.push(saved_item(item)?);
                    }
                    let left = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.name));
                    wanted = left.map(|left| left.keys).unwrap_or_default();
                }
                Err(error) if is_throttle(&error) => {}
                Err(error) => return Err(self.failed("BatchGetItem", &error)),
            }
            if wanted.is_empty() {
                return Ok(found);
            }
            self.pause(round).await;
        }
        Err(self.unprocessed())
    }

    /// Twice as long each time, at random by as much again.
    async fn pause(&self, round: u32) {
        let longest = (PAUSE * 2_u32.pow(round)).min(LONGEST_PAUSE);
        let millis = u32::try_from(longest.as_millis()).unwrap_or(u32::MAX);
        tokio::time::sleep(longest + Duration::from_millis(u64::from(self.ambient.below(millis.max(1))))).await;
    }

    fn unprocessed(&self) -> Failure {
        Failure::new(format!("{} takes no more for the moment", self.name))
            .remedy("give the same command again: it goes on where it stopped")
    }

    fn failed<E, R>(&self, operation: &str, error: &SdkError<E, R>) -> Failure
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        let said = error.as_service_error().and_then(|error| error.message().map(str::to_owned));
        let code = error.code().map_or_else(|| "no answer".to_owned(), str::to_owned);
        Failure::new(format!("{operation} on {} failed: {code} {}", self.name, said.unwrap_or_default())).remedy(
            "run the same command again: it goes on where it stopped; if it says the same, look at credentials and region",
        )
    }
}

fn tag_of(key: &str, value: &str) -> Result<Tag, Failure> {
    Tag::builder().key(key).value(value).build().map_err(|error| Failure::new(error.to_string()))
}

fn is_throttle<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(
        error.code(),
        Some("ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded")
    )
}
