//! `DynamoDB` streams: new items of a table, in order, with the first failure reported.

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::telemetry;

/// Serves a stream until Lambda ends the process.
///
/// The handler gets the new items of a batch at once. If it fails, or one of the items cannot be read, the batch is
/// reported from the earliest of them on: Lambda bisects it, tries again, and gives up into the failure destination.
/// Items after a failed one may therefore be handled twice; the handler must not mind.
pub async fn run<T, F, R>(handler: F) -> std::result::Result<(), lambda_runtime::Error>
where
    T: DeserializeOwned,
    F: Fn(Vec<T>) -> R,
    R: Future<Output = Result<()>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Event>| {
        let (event, context) = event.into_parts();
        let response = telemetry::with_request_id(context.request_id, handle_batch(event, handler)).await;
        Ok::<_, lambda_runtime::Error>(response)
    }))
    .await
}

/// Handles the records of one event and reports from where on they failed.
pub async fn handle_batch<T, F, R>(event: Event, handler: F) -> DynamoDbEventResponse
where
    T: DeserializeOwned,
    F: Fn(Vec<T>) -> R,
    R: Future<Output = Result<()>>,
{
    let total = event.records.len();
    let first = event.records.first().map(sequence_number);
    let mut items = Vec::with_capacity(total);
    let mut failed_at = None;
    for record in event.records {
        let position = sequence_number(&record);
        match serde_dynamo::from_item::<_, T>(record.change.new_image) {
            Ok(item) => items.push(item),
            Err(error) => {
                telemetry::report(&Error::internal(error));
                failed_at.get_or_insert(position);
            }
        }
    }
    if let Err(error) = handler(items).await {
        telemetry::report(&error);
        failed_at = first;
    }
    tracing::info!(batch.records = total, batch.failed = failed_at.is_some(), "batch");
    respond(failed_at)
}

fn sequence_number(record: &EventRecord) -> String {
    record.change.sequence_number.clone().unwrap_or_default()
}

fn respond(failed_at: Option<String>) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = failed_at
        .into_iter()
        .map(|sequence_number| {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence_number);
            failure
        })
        .collect();
    response
}
