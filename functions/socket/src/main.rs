//! Wires `socket` to its registry and the conversations.

use std::sync::Arc;

use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoConversations, DynamoMarks, DynamoOutbox, DynamoRegistry, DynamoSessions, DynamoTickets,
};
use shared::adapters::sockets::ApiGatewaySockets;
use shared::adapters::system;
use shared::config::{TableName, Vars};
use shared::delivery::Delivery;
use shared::edge::ws;
use shared::telemetry;
use socket::{Deps, Life};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let realtime = aws.table(&mut vars, TableName::Realtime);
    let chat = aws.table(&mut vars, TableName::Chat);
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    vars.finish()?;

    let registry = Arc::new(DynamoRegistry::new(realtime.clone()));
    let sockets = Arc::new(ApiGatewaySockets::new(&aws));
    ws::run(Deps {
        life: Life {
            tickets: Arc::new(DynamoTickets::new(realtime)),
            sessions: Arc::new(sessions),
            registry: registry.clone(),
            sockets: sockets.clone(),
        },
        conversations: Arc::new(DynamoConversations::new(chat.clone())),
        marks: Arc::new(DynamoMarks::new(chat)),
        delivery: Delivery::new(registry, sockets, Arc::new(outbox), ambient.clone()),
        ambient,
    })
    .await
}
