//! Wires `chat-send` to its tables and sockets.

use std::sync::Arc;

use chat_send::{Deps, Intake};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoConversations, DynamoKeys, DynamoLimits, DynamoMessages, DynamoOutbox, DynamoRegistry, DynamoSessions,
};
use shared::adapters::sockets::ApiGatewaySockets;
use shared::adapters::system;
use shared::config::{TableName, TokensConfig, Vars};
use shared::delivery::{Delivery, PromisedDelivery};
use shared::edge::http::{Authenticator, Limiter};
use shared::edge::ws;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let chat = aws.table(&mut vars, TableName::Chat);
    let messages = DynamoMessages::new(chat.clone(), outbox.clone());
    let registry = Arc::new(DynamoRegistry::new(aws.table(&mut vars, TableName::Realtime)));
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let ops = aws.table(&mut vars, TableName::Ops);
    let tokens = TokensConfig::read(&mut vars);
    vars.finish()?;

    let keys = Arc::new(DynamoKeys::new(ops.clone()));
    let limiter = Limiter::new(Arc::new(DynamoLimits::new(ops, ambient.clone())));
    let delivery = Delivery::new(registry.clone(), Arc::new(ApiGatewaySockets::new(&aws)), ambient.clone());
    let authenticator = Authenticator::new(tokens.issuer, keys, Arc::new(sessions), ambient.clone());
    let deps = Deps {
        intake: Intake::new(Arc::new(messages), Arc::new(DynamoConversations::new(chat)), limiter),
        registry,
        delivery: PromisedDelivery::new(delivery, Arc::new(outbox)),
        authenticator: Arc::new(authenticator),
        ambient,
    };
    ws::run_with_http(chat_send::router(deps.clone()), |connection_id, frame| {
        chat_send::on_frame(&deps, connection_id, frame)
    })
    .await
}
