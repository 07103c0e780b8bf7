//! Tables as backups see them: described, and scanned segment by segment.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, ContinuousBackupsDescription, GlobalSecondaryIndexDescription, KeySchemaElement, KeyType,
    PointInTimeRecoveryStatus, SseStatus, TableDescription as Described, TimeToLiveDescription, TimeToLiveStatus,
};

use super::attributes::{restored_item, saved_item};
use super::table::Table;
use crate::adapters::aws::{Aws, failure};
use crate::domain::backup::{Index, Item, KeySchema, Projection, TableDescription, TableKind};
use crate::error::{Error, Result};
use crate::ports::backups::{Catalogue, Looked, Page, Scan};

#[derive(Clone, Debug)]
pub struct DynamoBackups {
    client: Client,
    names: HashMap<TableKind, String>,
}

impl DynamoBackups {
    pub fn new(aws: &Aws, tables: impl IntoIterator<Item = (TableKind, Table)>) -> Self {
        let names = tables.into_iter().map(|(kind, table)| (kind, table.name)).collect();
        Self { client: aws.bulk_dynamo(), names }
    }

    fn name(&self, table: TableKind) -> Result<&String> {
        self.names.get(&table).ok_or_else(|| Error::internal(format!("{} is not wired", table.as_str())))
    }
}

#[async_trait]
impl Catalogue for DynamoBackups {
    async fn look(&self, table: TableKind) -> Result<Looked> {
        let name = self.name(table)?;
        let table = self.client.describe_table().table_name(name).send().await.map_err(failure)?.table;
        let table = table.ok_or_else(|| Error::internal("a table has no description"))?;
        let expiry = self.client.describe_time_to_live().table_name(name).send().await.map_err(failure)?;
        let recovery = self.client.describe_continuous_backups().table_name(name).send().await.map_err(failure)?;
        let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
        Ok(Looked {
            source: name.clone(),
            items: count(table.item_count),
            bytes: count(table.table_size_bytes),
            description: describe(table, expiry.time_to_live_description, recovery.continuous_backups_description)?,
        })
    }
}

#[async_trait]
impl Scan for DynamoBackups {
    async fn page(&self, table: TableKind, segment: u32, of: u32, after: Option<&Item>) -> Result<Page> {
        let number = |number: u32| i32::try_from(number).map_err(Error::internal);
        let request = self.client.scan().table_name(self.name(table)?).consistent_read(true);
        let request = request.segment(number(segment)?).total_segments(number(of)?);
        let request = request.set_exclusive_start_key(after.cloned().map(restored_item));
        let answer = request.send().await.map_err(failure)?;
        let items = answer.items.unwrap_or_default().into_iter().map(saved_item).collect::<Result<_>>()?;
        let next = answer.last_evaluated_key.filter(|key| !key.is_empty()).map(saved_item).transpose()?;
        Ok(Page { items, next })
    }
}

/// What `DescribeTable` and its companions say, as a backup keeps it.
pub fn describe(
    table: Described,
    expiry: Option<TimeToLiveDescription>,
    recovery: Option<ContinuousBackupsDescription>,
) -> Result<TableDescription> {
    let expires = expiry.filter(|expiry| {
        matches!(expiry.time_to_live_status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling))
    });
    let recovery = recovery.and_then(|recovery| recovery.point_in_time_recovery_description);
    let stream = table.stream_specification.filter(|stream| stream.stream_enabled);
    let encryption = table.sse_description.and_then(|encryption| encryption.status);
    let indexes = table.global_secondary_indexes.unwrap_or_default().into_iter().map(index);
    Ok(TableDescription {
        key: key(table.key_schema)?,
        attributes: types(table.attribute_definitions),
        indexes: indexes.collect::<Result<_>>()?,
        stream: stream.and_then(|stream| stream.stream_view_type).map(|kind| kind.as_str().to_owned()),
        time_to_live: expires.and_then(|expiry| expiry.attribute_name),
        point_in_time_recovery: recovery
            .is_some_and(|recovery| recovery.point_in_time_recovery_status == Some(PointInTimeRecoveryStatus::Enabled)),
        encrypted: matches!(encryption, Some(SseStatus::Enabled | SseStatus::Enabling | SseStatus::Updating)),
        deletion_protection: table.deletion_protection_enabled.unwrap_or(false),
    })
}

fn types(definitions: Option<Vec<AttributeDefinition>>) -> BTreeMap<String, String> {
    let definitions = definitions.unwrap_or_default().into_iter();
    definitions.map(|one| (one.attribute_name, one.attribute_type.as_str().to_owned())).collect()
}

fn key(schema: Option<Vec<KeySchemaElement>>) -> Result<KeySchema> {
    let (mut hash, mut range) = (None, None);
    for element in schema.unwrap_or_default() {
        match element.key_type {
            KeyType::Hash => hash = Some(element.attribute_name),
            KeyType::Range => range = Some(element.attribute_name),
            _ => return Err(Error::internal("a key has a type that cannot be backed up")),
        }
    }
    Ok(KeySchema { hash: hash.ok_or_else(|| Error::internal("a table has no key"))?, range })
}

fn index(index: GlobalSecondaryIndexDescription) -> Result<Index> {
    let name = index.index_name.ok_or_else(|| Error::internal("an index has no name"))?;
    let projection = index.projection.ok_or_else(|| Error::internal("an index projects nothing"))?;
    let kind = projection.projection_type.ok_or_else(|| Error::internal("an index projects nothing"))?;
    let projection =
        Projection { kind: kind.as_str().to_owned(), attributes: projection.non_key_attributes.unwrap_or_default() };
    Ok(Index { name, key: key(index.key_schema)?, projection })
}
