//! SQS: every record is read and handled on its own, and only the failed ones are delivered again.

use std::fmt;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::DeserializeOwned;

use crate::domain::outbox::OutboxEntry;
use crate::error::{Error, Result};
use crate::telemetry;

/// What a queue carries: it knows the request it comes from.
pub trait Message: DeserializeOwned + fmt::Debug + Send {
    fn request_id(&self) -> Option<&str>;
}

impl Message for OutboxEntry {
    fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

/// Serves a queue until Lambda ends the process.
///
/// A record that fails stays in the queue and is tried again until the queue's redrive policy moves it, unread or not,
/// to the dead-letter queue, where its evidence is kept.
pub async fn run<M, F, R>(handler: F) -> std::result::Result<(), lambda_runtime::Error>
where
    M: Message,
    F: Fn(M) -> R,
    R: Future<Output = Result<()>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, lambda_runtime::Error>(handle_batch(event.payload, handler).await)
    }))
    .await
}

/// Handles the records of one event side by side and reports which of them failed.
pub async fn handle_batch<M, F, R>(event: SqsEvent, handler: F) -> SqsBatchResponse
where
    M: Message,
    F: Fn(M) -> R,
    R: Future<Output = Result<()>>,
{
    let total = event.records.len();
    let records = event.records.into_iter().map(|record| handle_record(record, &handler));
    let failures: Vec<_> = join_all(records).await.into_iter().flatten().collect();
    tracing::info!(batch.records = total, batch.failures = failures.len(), "batch");
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures;
    response
}

async fn handle_record<M, F, R>(record: SqsMessage, handler: &F) -> Option<BatchItemFailure>
where
    M: Message,
    F: Fn(M) -> R,
    R: Future<Output = Result<()>>,
{
    let message_id = record.message_id.unwrap_or_default();
    let message = serde_json::from_str::<M>(record.body.as_deref().unwrap_or_default());
    let request_id = message.as_ref().ok().and_then(M::request_id).unwrap_or(&message_id).to_owned();
    let work = async {
        // The body of a message that cannot be read stays out of the log; it is found in the dead-letter queue.
        handler(message.map_err(|error| Error::internal(format!("unreadable message: {:?}", error.classify())))?).await
    };
    let error = telemetry::with_request_id(request_id, async {
        let outcome = work.await;
        outcome.inspect_err(telemetry::report).is_err()
    });
    error.await.then(|| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message_id;
        failure
    })
}
