//! Wires `matching` to its tables.

use std::sync::Arc;

use matching::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoDirectory, DynamoKeys, DynamoPairs, DynamoProfiles, DynamoRegistry, DynamoSessions,
};
use shared::adapters::system;
use shared::config::{TableName, TokensConfig, Vars};
use shared::domain::matching::Model;
use shared::edge::http::{self, Authenticator};
use shared::suggestions::{People, Ranker};
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let registry = DynamoRegistry::new(aws.table(&mut vars, TableName::Realtime));
    let pairs = DynamoPairs::reader(aws.table(&mut vars, TableName::Social));
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let keys = DynamoKeys::new(aws.table(&mut vars, TableName::Ops));
    let tokens = TokensConfig::read(&mut vars);
    vars.finish()?;

    let ambient = system::ambient();
    let authenticator = Authenticator::new(tokens.issuer, Arc::new(keys), Arc::new(sessions), ambient.clone());
    let candidates = Arc::new(DynamoDirectory::new(profiles.clone()));
    let people = People::new(Arc::new(DynamoProfiles::reader(profiles)), Arc::new(pairs), Arc::new(registry));
    let deps = Deps {
        ranker: Ranker::new(candidates, people.clone(), ambient.clone()),
        people,
        model: Arc::new(Model::default()),
        authenticator: Arc::new(authenticator),
        ambient,
    };
    http::run(matching::router(deps)).await
}
