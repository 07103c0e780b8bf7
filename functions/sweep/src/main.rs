//! Wires `sweep` to the outbox and its queues.

use std::sync::Arc;

use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoOutbox, DynamoRegistry, DynamoSweepLog};
use shared::adapters::queues::SqsQueues;
use shared::adapters::system;
use shared::config::{QueuesConfig, TableName, Vars};
use shared::edge::schedule;
use shared::telemetry;
use sweep::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let registry = DynamoRegistry::new(aws.table(&mut vars, TableName::Realtime));
    let log = DynamoSweepLog::new(aws.table(&mut vars, TableName::Ops));
    let queues = QueuesConfig::read(&mut vars);
    vars.finish()?;

    let deps = Deps {
        outbox: Arc::new(outbox),
        log: Arc::new(log),
        board: Arc::new(registry),
        queues: Arc::new(SqsQueues::new(&aws, queues)),
        ambient: system::ambient(),
    };
    schedule::run(|| sweep::sweep(&deps)).await
}
