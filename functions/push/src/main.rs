//! Wires `push` to its tables and sockets.

use std::sync::Arc;

use push::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoConversations, DynamoOutbox, DynamoPairs, DynamoRegistry, DynamoSettings, DynamoWatches,
};
use shared::adapters::sockets::ApiGatewaySockets;
use shared::adapters::system;
use shared::config::{TableName, Vars};
use shared::delivery::{Delivery, PromisedDelivery, QUEUE_DEADLINE};
use shared::edge::queue;
use shared::presences::Presences;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let conversations = DynamoConversations::new(aws.table(&mut vars, TableName::Chat));
    let realtime = aws.table(&mut vars, TableName::Realtime);
    let registry = Arc::new(DynamoRegistry::new(realtime.clone()));
    let social = aws.table(&mut vars, TableName::Social);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    vars.finish()?;

    let sockets = Arc::new(ApiGatewaySockets::new(&aws));
    let presences = Presences {
        board: registry.clone(),
        watches: Arc::new(DynamoWatches::new(realtime)),
        pairs: Arc::new(DynamoPairs::reader(social)),
        settings: Arc::new(DynamoSettings::reader(profiles)),
    };
    let delivery = Delivery::new(registry, sockets, system::ambient()).within(QUEUE_DEADLINE);
    let delivery = PromisedDelivery::new(delivery, Arc::new(outbox));
    let deps = Deps { conversations: Arc::new(conversations), presences, delivery };
    queue::run(|entry| push::push(&deps, entry)).await
}
