//! Wires `matching` to its tables.

use std::sync::Arc;

use matching::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::candidates::{CAPACITY, Limits, SegmentIndex, Sources};
use shared::adapters::dynamo::{
    DynamoDirectory, DynamoKeys, DynamoPairs, DynamoProfiles, DynamoRegistry, DynamoSessions,
};
use shared::adapters::segments::S3Segments;
use shared::adapters::system;
use shared::config::{CandidatesConfig, TableName, TokensConfig, Vars};
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
    let index = vars.required("APP_BUCKETS_INDEX");
    let candidates = CandidatesConfig::read(&mut vars);
    let tokens = TokensConfig::read(&mut vars);
    vars.finish()?;

    let ambient = system::ambient();
    let authenticator = Authenticator::new(tokens.issuer, Arc::new(keys), Arc::new(sessions), ambient.clone());
    let directory = Arc::new(DynamoDirectory::new(profiles.clone()));
    let profiles = Arc::new(DynamoProfiles::reader(profiles));
    let sources = Sources {
        segments: Arc::new(S3Segments::new(&aws, index)),
        directory,
        profiles: profiles.clone(),
        ambient: ambient.clone(),
    };
    let candidates = SegmentIndex::new(sources, Limits { capacity: CAPACITY, poll: candidates.poll });
    let people = People::new(profiles, Arc::new(pairs), Arc::new(registry));
    let deps = Deps {
        ranker: Ranker::new(Arc::new(candidates), people.clone()),
        people,
        model: Arc::new(Model::default()),
        authenticator: Arc::new(authenticator),
        ambient,
    };
    http::run(matching::router(deps)).await
}
