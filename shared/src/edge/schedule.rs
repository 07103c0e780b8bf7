//! Schedules: work that starts by the clock. What the schedule sends is an order, and most of them need none.

use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Result;
use crate::telemetry;

/// Serves a schedule until Lambda ends the process. A failed run is reported to Lambda; the template lets the
/// next run by the clock be its only retry.
pub async fn run<F, R>(work: F) -> std::result::Result<(), lambda_runtime::Error>
where
    F: Fn() -> R,
    R: Future<Output = Result<()>>,
{
    run_ordered(|_: Value| work()).await
}

/// Serves a schedule, and whoever else gives the same orders and reads the answer. An order that cannot be read fails its run.
pub async fn run_ordered<T, A, F, R>(work: F) -> std::result::Result<(), lambda_runtime::Error>
where
    T: DeserializeOwned,
    A: Serialize,
    F: Fn(T) -> R,
    R: Future<Output = Result<A>>,
{
    let work = &work;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<T>| {
        let outcome = telemetry::with_request_id(event.context.request_id, work(event.payload)).await;
        outcome.inspect_err(telemetry::report).map_err(lambda_runtime::Error::from)
    }))
    .await
}
