//! Wires `connections` to its tables.

use std::sync::Arc;

use connections::{Deps, People};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoKeys, DynamoLikes, DynamoLimits, DynamoMatrix, DynamoOutbox, DynamoPairs, DynamoProfiles, DynamoSessions,
    DynamoTastes,
};
use shared::adapters::system;
use shared::config::{TableName, TokensConfig, Vars};
use shared::edge::http::{self, Authenticator, Limiter};
use shared::models::Models;
use shared::received_likes::ReceivedLikes;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let (social, chat) = (aws.table(&mut vars, TableName::Social), aws.table(&mut vars, TableName::Chat));
    let profiles = Arc::new(DynamoProfiles::reader(aws.table(&mut vars, TableName::Profiles)));
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let ops = aws.table(&mut vars, TableName::Ops);
    let tokens = TokensConfig::read(&mut vars);
    vars.finish()?;

    let models = Models::new(Arc::new(DynamoMatrix::reader(ops.clone())));
    let tastes = Arc::new(DynamoTastes::new(social.clone()));
    let keys = Arc::new(DynamoKeys::new(ops.clone()));
    let limiter = Limiter::new(Arc::new(DynamoLimits::new(ops, ambient.clone())));
    let authenticator = Authenticator::new(tokens.issuer, keys, Arc::new(sessions), ambient.clone());
    let likes = Arc::new(DynamoLikes::new(social.clone()));
    let pairs = Arc::new(DynamoPairs::new(social, chat, outbox));
    let likes = ReceivedLikes::new(likes, pairs.clone(), profiles.clone());
    let deps = Deps {
        pairs,
        people: People::new(profiles, models, tastes.clone(), tastes, likes),
        limiter,
        authenticator: Arc::new(authenticator),
        ambient,
    };
    http::run(connections::router(deps)).await
}
