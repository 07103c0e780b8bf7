//! Wires `projects` to its tables and the cache.

use std::sync::Arc;

use projects::{Deps, People, Shelf};
use shared::adapters::aws::Aws;
use shared::adapters::cache;
use shared::adapters::dynamo::{
    DynamoCacheStats, DynamoDirectory, DynamoHeat, DynamoKeys, DynamoLimits, DynamoMatrix, DynamoMembers, DynamoOutbox,
    DynamoPairs, DynamoProfiles, DynamoProjects, DynamoSessions,
};
use shared::adapters::system;
use shared::config::{CacheConfig, TableName, TokensConfig, Vars};
use shared::edge::http::{self, Authenticator, Limiter};
use shared::models::Models;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let chat = aws.table(&mut vars, TableName::Chat);
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let pairs = DynamoPairs::reader(aws.table(&mut vars, TableName::Social));
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let ops = aws.table(&mut vars, TableName::Ops);
    let cache = CacheConfig::read(&mut vars);
    let tokens = TokensConfig::read(&mut vars);
    vars.finish()?;

    let cache = Arc::new(cache::open(&cache, Arc::new(DynamoCacheStats::new(ops.clone())), ambient.clone())?);
    let keys = Arc::new(DynamoKeys::new(ops.clone()));
    let register = Arc::new(DynamoProjects::new(profiles.clone(), chat.clone(), outbox.clone()));
    let authenticator = Authenticator::new(tokens.issuer, keys, Arc::new(sessions), ambient.clone());
    let deps = Deps {
        shelf: Shelf {
            projects: register.clone(),
            register,
            members: Arc::new(DynamoMembers::new(profiles.clone(), chat, outbox)),
            heat: Arc::new(DynamoHeat::new(profiles.clone())),
            cache: cache.clone(),
        },
        people: People {
            profiles: Arc::new(DynamoProfiles::reader(profiles.clone())),
            pairs: Arc::new(pairs),
            directory: Arc::new(DynamoDirectory::new(profiles)),
            models: Models::new(Arc::new(DynamoMatrix::reader(ops.clone()))).through(cache.clone()),
        },
        limiter: Limiter::new(Arc::new(DynamoLimits::new(ops, ambient.clone()))),
        authenticator: Arc::new(authenticator),
        ambient,
    };
    http::run(http::counted(projects::router(deps), cache)).await
}
