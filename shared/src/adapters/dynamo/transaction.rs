//! Transactions: several writes, all or none, in the words of the stores.
//!
//! A single write is a transaction too where its condition must not refuse the SDK's own retry of a write whose answer was
//! lost: a transaction has a token by which `DynamoDB` recognizes the retry. It costs twice the write units; where a
//! refused retry does no harm, `Table` writes under a condition for half.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};

use super::expression::Expression;
use super::item::{Item, Key};
use super::table::Table;
use crate::adapters::aws::failure;
use crate::error::{Error, Result};

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Committed,
    /// Nothing was written: the conditions of these writes, in the order they were added, did not hold.
    Refused(Vec<usize>),
    /// Nothing was written: another transaction touched the same items at the same time, or the table was busy.
    Conflict,
}

pub(super) struct Transaction {
    client: Client,
    writes: Vec<TransactWriteItem>,
    broken: Option<Error>,
}

impl Transaction {
    pub(super) fn new(client: Client) -> Self {
        Self { client, writes: Vec::new(), broken: None }
    }

    pub(super) fn put(self, table: &Table, item: Item) -> Self {
        let put = Put::builder().table_name(&table.name).set_item(Some(item)).build();
        self.add(put, TransactWriteItemBuilder::put)
    }

    pub(super) fn put_if(self, table: &Table, item: Item, condition: Expression) -> Self {
        let put = Put::builder()
            .table_name(&table.name)
            .set_item(Some(item))
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .condition_expression(condition.text)
            .build();
        self.add(put, TransactWriteItemBuilder::put)
    }

    /// Updates an item; `change` holds the values of the condition too.
    pub(super) fn update_if(self, table: &Table, key: &Key, change: Expression, condition: &str) -> Self {
        let update = Update::builder()
            .table_name(&table.name)
            .set_key(Some(key.attributes()))
            .set_expression_attribute_names(change.names())
            .set_expression_attribute_values(change.values())
            .update_expression(change.text)
            .condition_expression(condition)
            .build();
        self.add(update, TransactWriteItemBuilder::update)
    }

    /// Updates an item whatever it is, and makes it when it is missing.
    pub(super) fn update(self, table: &Table, key: &Key, change: Expression) -> Self {
        let update = Update::builder()
            .table_name(&table.name)
            .set_key(Some(key.attributes()))
            .set_expression_attribute_names(change.names())
            .set_expression_attribute_values(change.values())
            .update_expression(change.text)
            .build();
        self.add(update, TransactWriteItemBuilder::update)
    }

    /// Changes nothing, but holds the whole transaction to a condition on this item.
    pub(super) fn check(self, table: &Table, key: &Key, condition: Expression) -> Self {
        let check = ConditionCheck::builder()
            .table_name(&table.name)
            .set_key(Some(key.attributes()))
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .condition_expression(condition.text)
            .build();
        self.add(check, TransactWriteItemBuilder::condition_check)
    }

    pub(super) fn delete(self, table: &Table, key: &Key) -> Self {
        let delete = Delete::builder().table_name(&table.name).set_key(Some(key.attributes())).build();
        self.add(delete, TransactWriteItemBuilder::delete)
    }

    /// Deletes an item that MUST be there.
    pub(super) fn delete_present(self, table: &Table, key: &Key) -> Self {
        self.delete_if(table, key, Expression::present())
    }

    pub(super) fn delete_if(self, table: &Table, key: &Key, condition: Expression) -> Self {
        let delete = Delete::builder()
            .table_name(&table.name)
            .set_key(Some(key.attributes()))
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .condition_expression(condition.text)
            .build();
        self.add(delete, TransactWriteItemBuilder::delete)
    }

    fn add<T>(
        mut self,
        built: Result<T, aws_smithy_types::error::operation::BuildError>,
        place: impl FnOnce(TransactWriteItemBuilder, T) -> TransactWriteItemBuilder,
    ) -> Self {
        match built {
            Ok(write) => self.writes.push(place(TransactWriteItem::builder(), write).build()),
            Err(error) => self.broken = Some(Error::internal(error)),
        }
        self
    }

    /// Commits. The SDK gives every commit a token, so that its own retry after a lost answer repeats nothing.
    pub(super) async fn commit(self) -> Result<Outcome> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        let answer = self.client.transact_write_items().set_transact_items(Some(self.writes)).send().await;
        match answer {
            Ok(_) => Ok(Outcome::Committed),
            Err(error) => error.as_service_error().and_then(cancelled).map_or_else(|| Err(failure(error)), Ok),
        }
    }
}

impl Transaction {
    /// Commits where a refusal says all there is to say: answers whether it was written. A conflict is nobody's fault, and
    /// the same request may succeed at once.
    pub(super) async fn committed(self) -> Result<bool> {
        match self.commit().await? {
            Outcome::Committed => Ok(true),
            Outcome::Refused(_) => Ok(false),
            Outcome::Conflict => Err(Error::unavailable("a transaction met a conflict")),
        }
    }
}

fn cancelled(error: &TransactWriteItemsError) -> Option<Outcome> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else { return None };
    let reasons = cancelled.cancellation_reasons();
    let with = |code: &str| -> Vec<usize> {
        let matching = reasons.iter().enumerate().filter(|(_, reason)| reason.code() == Some(code));
        matching.map(|(index, _)| index).collect()
    };
    let refused = with("ConditionalCheckFailed");
    if !refused.is_empty() {
        return Some(Outcome::Refused(refused));
    }
    let passing = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    passing.iter().any(|code| !with(code).is_empty()).then_some(Outcome::Conflict)
}
