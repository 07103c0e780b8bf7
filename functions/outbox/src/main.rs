//! Wires `outbox` to its queues.

use std::sync::Arc;

use outbox::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::queues::SqsQueues;
use shared::config::{QueuesConfig, Vars};
use shared::edge::stream;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let queues = QueuesConfig::read(&mut vars);
    vars.finish()?;

    let deps = Deps { queues: Arc::new(SqsQueues::new(&aws, queues)) };
    stream::run(|entries| outbox::relay(&deps, entries)).await
}
