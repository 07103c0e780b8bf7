//! Schedules: work that starts by the clock and carries no data.

use lambda_runtime::{LambdaEvent, service_fn};
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
    let work = &work;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let outcome = telemetry::with_request_id(event.context.request_id, work()).await;
        outcome.inspect_err(telemetry::report).map_err(lambda_runtime::Error::from)
    }))
    .await
}
