//! Wires `socket` to its registry and the conversations.

use std::sync::Arc;

use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoConversations, DynamoLimits, DynamoMarks, DynamoOutbox, DynamoPairs, DynamoRegistry, DynamoSessions,
    DynamoSettings, DynamoTickets, DynamoWatches,
};
use shared::adapters::sockets::ApiGatewaySockets;
use shared::adapters::system;
use shared::config::{TableName, Vars};
use shared::delivery::Delivery;
use shared::edge::http::Limiter;
use shared::edge::ws;
use shared::presences::Presences;
use shared::telemetry;
use socket::{Deps, Life, Notices, Talk};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let realtime = aws.table(&mut vars, TableName::Realtime);
    let chat = aws.table(&mut vars, TableName::Chat);
    let social = aws.table(&mut vars, TableName::Social);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let limits = DynamoLimits::new(aws.table(&mut vars, TableName::Ops), ambient.clone());
    vars.finish()?;

    let registry = Arc::new(DynamoRegistry::new(realtime.clone()));
    let sockets = Arc::new(ApiGatewaySockets::new(&aws));
    let presences = Presences {
        board: registry.clone(),
        watches: Arc::new(DynamoWatches::new(realtime.clone())),
        pairs: Arc::new(DynamoPairs::reader(social)),
        settings: Arc::new(DynamoSettings::reader(profiles)),
    };
    ws::run(Deps {
        talk: Talk {
            conversations: Arc::new(DynamoConversations::new(chat.clone())),
            marks: Arc::new(DynamoMarks::new(chat)),
        },
        notices: Notices { presences, promises: Arc::new(outbox) },
        delivery: Delivery::new(registry.clone(), sockets.clone(), ambient.clone()),
        life: Life {
            tickets: Arc::new(DynamoTickets::new(realtime)),
            sessions: Arc::new(sessions),
            registry,
            sockets,
            limiter: Limiter::new(Arc::new(limits)),
        },
        ambient,
    })
    .await
}
