//! Wires `matching` to its tables.

use std::sync::Arc;

use matching::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoDirectory, DynamoKeys, DynamoMatrix, DynamoPairs, DynamoProfiles, DynamoSessions, DynamoTastes,
};
use shared::adapters::system;
use shared::config::{TableName, TokensConfig, Vars};
use shared::edge::http::{self, Authenticator};
use shared::models::{Lens, Models};
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let social = aws.table(&mut vars, TableName::Social);
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let ops = aws.table(&mut vars, TableName::Ops);
    let tokens = TokensConfig::read(&mut vars);
    vars.finish()?;

    let models = Models::new(Arc::new(DynamoMatrix::reader(ops.clone())));
    let keys = DynamoKeys::new(ops);
    let authenticator = Authenticator::new(tokens.issuer, Arc::new(keys), Arc::new(sessions), system::ambient());
    let deps = Deps {
        candidates: Arc::new(DynamoDirectory::new(profiles.clone())),
        profiles: Arc::new(DynamoProfiles::reader(profiles)),
        pairs: Arc::new(DynamoPairs::reader(social.clone())),
        lens: Lens::new(models, Arc::new(DynamoTastes::new(social))),
        authenticator: Arc::new(authenticator),
    };
    http::run(matching::router(deps)).await
}
