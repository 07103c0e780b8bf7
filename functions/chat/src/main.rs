//! Wires `chat` to its tables.

use std::sync::Arc;

use chat::{Deps, Entrance};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoConversations, DynamoKeys, DynamoLimits, DynamoSessions, DynamoTickets};
use shared::adapters::system;
use shared::config::{SocketsConfig, TableName, TokensConfig, Vars};
use shared::edge::http::{self, Authenticator, Limiter};
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let conversations = DynamoConversations::new(aws.table(&mut vars, TableName::Chat));
    let tickets = DynamoTickets::new(aws.table(&mut vars, TableName::Realtime));
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let ops = aws.table(&mut vars, TableName::Ops);
    let (tokens, sockets) = (TokensConfig::read(&mut vars), SocketsConfig::read(&mut vars));
    vars.finish()?;

    let keys = Arc::new(DynamoKeys::new(ops.clone()));
    let authenticator = Authenticator::new(tokens.issuer, keys, Arc::new(sessions), ambient.clone());
    let deps = Deps {
        conversations: Arc::new(conversations),
        entrance: Entrance { tickets: Arc::new(tickets), url: sockets.url },
        limiter: Limiter::new(Arc::new(DynamoLimits::new(ops, ambient.clone()))),
        authenticator: Arc::new(authenticator),
        ambient,
    };
    http::run(chat::router(deps)).await
}
