//! Writes of one item under a condition.
//!
//! The SDK's own retry of a write whose answer was lost meets the condition again. That is right where a refusal only
//! means that nothing is left to do; everywhere else the write belongs into a `Transaction`.

use aws_sdk_dynamodb::types::ReturnValue;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::expression::Expression;
use super::item::{Item, Key, number};
use super::table::Table;
use crate::adapters::aws::failure;
use crate::error::Result;

impl Table {
    /// Stores an item if the condition holds; answers whether it was stored.
    pub(super) async fn put_if(&self, item: Item, condition: Expression) -> Result<bool> {
        let request = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let answer = request
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .condition_expression(condition.text)
            .send()
            .await;
        Ok(if_met(answer)?.is_some())
    }

    /// Stores an item unless one with the same key is alive; answers whether it was stored.
    pub(super) async fn put_new(&self, item: Item) -> Result<bool> {
        let absent = Expression::new("attribute_not_exists(pk) OR expires_at <= :now");
        self.put_if(item, absent.value(":now", number(self.now().unix_seconds()))).await
    }

    /// Changes an item if the condition holds, and answers with what it became; `change` holds the values of the condition
    /// too.
    pub(super) async fn update_if(&self, key: &Key, change: Expression, condition: &str) -> Result<Option<Item>> {
        let request = self.client.update_item().table_name(&self.name).set_key(Some(key.attributes()));
        let answer = request
            .set_expression_attribute_names(change.names())
            .set_expression_attribute_values(change.values())
            .update_expression(change.text)
            .condition_expression(condition)
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        Ok(if_met(answer)?.and_then(|answer| answer.attributes))
    }

    /// Deletes an item that is alive, and answers with what it was.
    pub(super) async fn take(&self, key: &Key) -> Result<Option<Item>> {
        let request = self.client.delete_item().table_name(&self.name).set_key(Some(key.attributes()));
        let answer = request
            .condition_expression("attribute_exists(pk) AND expires_at > :now")
            .expression_attribute_values(":now", number(self.now().unix_seconds()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        Ok(if_met(answer)?.and_then(|answer| answer.attributes))
    }
}

fn if_met<T, E>(answer: std::result::Result<T, SdkError<E, HttpResponse>>) -> Result<Option<T>>
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(failure(error)),
    }
}
