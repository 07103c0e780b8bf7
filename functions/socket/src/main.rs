//! Wires `socket` to its registry.

use std::sync::Arc;

use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoRegistry, DynamoSessions, DynamoTickets};
use shared::adapters::sockets::ApiGatewaySockets;
use shared::adapters::system;
use shared::config::{TableName, Vars};
use shared::edge::ws;
use shared::telemetry;
use socket::Deps;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let realtime = aws.table(&mut vars, TableName::Realtime);
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    vars.finish()?;

    ws::run(Deps {
        tickets: Arc::new(DynamoTickets::new(realtime.clone())),
        registry: Arc::new(DynamoRegistry::new(realtime)),
        sessions: Arc::new(sessions),
        sockets: Arc::new(ApiGatewaySockets::new(&aws)),
        ambient: system::ambient(),
    })
    .await
}
