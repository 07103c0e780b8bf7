//! Wires `push` to its tables and sockets.

use std::sync::Arc;

use push::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoConversations, DynamoOutbox, DynamoRegistry};
use shared::adapters::sockets::ApiGatewaySockets;
use shared::adapters::system;
use shared::config::{TableName, Vars};
use shared::delivery::{Delivery, PATIENT};
use shared::edge::queue;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let conversations = DynamoConversations::new(aws.table(&mut vars, TableName::Chat));
    let registry = DynamoRegistry::new(aws.table(&mut vars, TableName::Realtime));
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    vars.finish()?;

    let ambient = system::ambient();
    let sockets = Arc::new(ApiGatewaySockets::new(&aws));
    let delivery = Delivery::new(Arc::new(registry), sockets, Arc::new(outbox), ambient.clone()).within(PATIENT);
    let deps = Deps { conversations: Arc::new(conversations), delivery, ambient };
    queue::run(|entry| push::push(&deps, entry)).await
}
