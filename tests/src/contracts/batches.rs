//! Batches: what the edges tell Lambda about records that failed. The local AWS ignores this for streams, so that it is
//! held here, with the events that AWS sends.

use std::sync::Mutex;

use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::SqsEvent;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::domain::outbox::OutboxEntry;
use shared::edge::{queue, stream};
use shared::error::{Error, Result};
use xtask::workspace;

fn event(name: &str) -> Value {
    let path = workspace::root().join(format!("events/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn typed<T: DeserializeOwned>(event: &Value) -> T {
    serde_json::from_value(event.clone()).unwrap()
}

/// Waits for what needs no second thread.
pub(super) fn finish<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// Three messages, of which the one in the middle can be read by nobody.
fn queue_with_poison() -> Value {
    let (mut batch, poisoned) = (event("push.session-ended"), event("push.poisoned-record"));
    let records = batch["Records"].as_array_mut().unwrap();
    records.extend(poisoned["Records"].as_array().unwrap().iter().cloned());
    assert_eq!(records.len(), 3);
    batch
}

fn message_id(batch: &Value, index: usize) -> &Value {
    &batch["Records"][index]["messageId"]
}

#[test]
fn only_the_poisoned_message_comes_back() {
    let (batch, seen) = (queue_with_poison(), Mutex::new(0));
    let handler = async |_: OutboxEntry| {
        *seen.lock().unwrap() += 1;
        Ok(())
    };
    let response = finish(queue::handle_batch(typed::<SqsEvent>(&batch), handler));
    assert_eq!(*seen.lock().unwrap(), 2, "the messages around it are handled");
    let expected = json!({ "batchItemFailures": [{ "itemIdentifier": message_id(&batch, 1) }] });
    assert_eq!(serde_json::to_value(response).unwrap(), expected);
}

#[test]
fn a_message_whose_work_failed_comes_back_too() {
    let batch = queue_with_poison();
    let unlucky = serde_json::from_str::<Value>(batch["Records"][0]["body"].as_str().unwrap()).unwrap()["id"].clone();
    let handler = async |entry: OutboxEntry| {
        if entry.id.to_string() == unlucky { Err(Error::unavailable("no answer")) } else { Ok(()) }
    };
    let response = finish(queue::handle_batch(typed::<SqsEvent>(&batch), handler));
    let failed: Vec<_> = [0, 1].map(|index| json!({ "itemIdentifier": message_id(&batch, index) })).into();
    assert_eq!(serde_json::to_value(response).unwrap(), json!({ "batchItemFailures": failed }));
}

#[test]
fn messages_that_are_handled_together_are_answered_for_one_by_one() {
    let batch = queue_with_poison();
    let outcomes = |second: fn() -> Vec<Result<()>>| {
        let handler = async |entries: Vec<OutboxEntry>| {
            assert_eq!(entries.len(), 2, "the messages around the poisoned one come together");
            std::iter::once(Ok(())).chain(second()).collect()
        };
        let response = finish(queue::handle_together(typed::<SqsEvent>(&batch), handler));
        serde_json::to_value(response).unwrap()["batchItemFailures"].clone()
    };
    let failed = |indexes: &[usize]| -> Value {
        indexes.iter().map(|index| json!({ "itemIdentifier": message_id(&batch, *index) })).collect()
    };
    assert_eq!(outcomes(|| vec![Ok(())]), failed(&[1]));
    assert_eq!(outcomes(|| vec![Err(Error::unavailable("no answer"))]), failed(&[1, 2]));
    assert_eq!(outcomes(Vec::new), failed(&[1, 2]), "who is not answered for has failed");
}

#[test]
fn an_empty_batch_is_a_success() {
    let response = finish(queue::handle_batch(typed(&json!({ "Records": [] })), async |_: OutboxEntry| Ok(())));
    assert_eq!(serde_json::to_value(response).unwrap(), json!({ "batchItemFailures": [] }));
    let response = finish(queue::handle_together(typed(&json!({ "Records": [] })), async |_: Vec<OutboxEntry>| vec![]));
    assert_eq!(serde_json::to_value(response).unwrap(), json!({ "batchItemFailures": [] }));
    let response = finish(stream::handle_batch(typed(&json!({ "Records": [] })), async |_: Vec<OutboxEntry>| Ok(())));
    assert_eq!(serde_json::to_value(response).unwrap(), json!({ "batchItemFailures": [] }));
}

/// What the handler got of the stream, and the position from which Lambda is asked to try again.
fn relayed(outcome: impl Fn() -> Result<()>) -> (usize, Value) {
    let seen = Mutex::new(0);
    let handler = async |entries: Vec<OutboxEntry>| {
        *seen.lock().unwrap() += entries.len();
        outcome()
    };
    let response = finish(stream::handle_batch(typed::<Event>(&event("outbox.poisoned-record")), handler));
    let seen = *seen.lock().unwrap();
    (seen, serde_json::to_value(response).unwrap()["batchItemFailures"].clone())
}

fn position(index: usize) -> Value {
    event("outbox.poisoned-record")["Records"][index]["dynamodb"]["SequenceNumber"].clone()
}

#[test]
fn a_poisoned_stream_record_is_where_lambda_tries_again() {
    let (seen, failures) = relayed(|| Ok(()));
    assert_eq!(seen, 2, "the records around it are relayed");
    assert_eq!(failures, json!([{ "itemIdentifier": position(1) }]));
}

#[test]
fn a_relay_that_failed_is_tried_again_from_the_start() {
    let (_, failures) = relayed(|| Err(Error::unavailable("no queue")));
    assert_eq!(failures, json!([{ "itemIdentifier": position(0) }]));
}
