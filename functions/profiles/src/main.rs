//! Wires `profiles` to its tables.

use std::sync::Arc;

use profiles::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoKeys, DynamoPairs, DynamoProfiles, DynamoSessions};
use shared::adapters::system;
use shared::config::{TableName, TokensConfig, Vars};
use shared::edge::http::{self, Authenticator};
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let profiles = DynamoProfiles::new(aws.table(&mut vars, TableName::Profiles));
    let pairs = DynamoPairs::reader(aws.table(&mut vars, TableName::Social));
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let keys = DynamoKeys::new(aws.table(&mut vars, TableName::Ops));
    let tokens = TokensConfig::read(&mut vars);
    vars.finish()?;

    let authenticator = Authenticator::new(tokens.issuer, Arc::new(keys), Arc::new(sessions), ambient.clone());
    let deps =
        Deps { profiles: Arc::new(profiles), pairs: Arc::new(pairs), authenticator: Arc::new(authenticator), ambient };
    http::run(profiles::router(deps)).await
}
