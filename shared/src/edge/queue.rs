//! SQS: every record is read and handled on its own, and only the failed ones are delivered again.

use std::fmt;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::DeserializeOwned;

use crate::domain::backup::SegmentJob;
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

/// A backup is its own cause.
impl Message for SegmentJob {
    fn request_id(&self) -> Option<&str> {
        Some(self.backup.as_str())
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

/// Like [`run`], for work that costs less for several messages than for each of them: the handler answers one outcome per
/// message, in their order.
pub async fn run_together<M, F, R>(handler: F) -> std::result::Result<(), lambda_runtime::Error>
where
    M: Message,
    F: Fn(Vec<M>) -> R,
    R: Future<Output = Vec<Result<()>>>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, lambda_runtime::Error>(handle_together(event.payload, handler).await)
    }))
    .await
}

/// Handles the records of one event together and reports which of them failed. A message without an outcome has failed.
pub async fn handle_together<M, F, R>(event: SqsEvent, handler: F) -> SqsBatchResponse
where
    M: Message,
    F: Fn(Vec<M>) -> R,
    R: Future<Output = Vec<Result<()>>>,
{
    let (mut origins, mut messages) = (Vec::new(), Vec::new());
    for record in event.records {
        let (origin, message) = read(record);
        let unreadable = message.map(|message| messages.push(message)).err();
        origins.push((origin, unreadable));
    }
    let total = origins.len();
    let mut outcomes = if messages.is_empty() { Vec::new() } else { handler(messages).await }.into_iter();
    let mut failures = Vec::new();
    for (origin, unreadable) in origins {
        let unanswered = || Err(Error::internal("a message of a batch was not answered for"));
        let outcome = unreadable.map_or_else(|| outcomes.next().unwrap_or_else(unanswered), Err);
        failures.extend(failure(origin, async { outcome }).await);
    }
    tracing::info!(batch.records = total, batch.failures = failures.len(), "batch");
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures;
    response
}

/// Where a message comes from, and how often it has come.
struct Origin {
    message_id: String,
    request_id: String,
    attempt: u32,
}

tokio::task_local! {
    static ATTEMPT: u32;
}

/// How often the message that is being handled has come; one for the first time, and outside of a queue.
pub fn attempt() -> u32 {
    ATTEMPT.try_with(|attempt| *attempt).unwrap_or(1)
}

fn read<M: Message>(record: SqsMessage) -> (Origin, Result<M>) {
    let message_id = record.message_id.unwrap_or_default();
    let attempt = record.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1);
    let message = serde_json::from_str::<M>(record.body.as_deref().unwrap_or_default());
    let request_id = message.as_ref().ok().and_then(M::request_id).unwrap_or(&message_id).to_owned();
    // The body of a message that cannot be read stays out of the log; it is found in the dead-letter queue.
    let message = message.map_err(|error| Error::internal(format!("unreadable message: {:?}", error.classify())));
    (Origin { message_id, request_id, attempt }, message)
}

async fn handle_record<M, F, R>(record: SqsMessage, handler: &F) -> Option<BatchItemFailure>
where
    M: Message,
    F: Fn(M) -> R,
    R: Future<Output = Result<()>>,
{
    let (origin, message) = read(record);
    failure(origin, async { handler(message?).await }).await
}

/// Does the work under the id of the request that caused it, and names the message if it failed.
async fn failure(origin: Origin, work: impl Future<Output = Result<()>>) -> Option<BatchItemFailure> {
    let Origin { message_id, request_id, attempt } = origin;
    let work = ATTEMPT.scope(attempt, work);
    let has_failed = telemetry::with_request_id(request_id, async {
        let outcome = work.await;
        outcome.inspect_err(telemetry::report).is_err()
    });
    has_failed.await.then(|| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message_id;
        failure
    })
}
