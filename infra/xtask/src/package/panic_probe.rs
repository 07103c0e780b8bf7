//! Panics when told to, and works otherwise.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Value>| {
        assert!(event.payload != "panic", "told to panic");
        Ok::<_, Error>(event.payload)
    }))
    .await
}
