//! Wires `matching` to its tables, the index and the cache.

use std::sync::Arc;

use matching::{Deps, Readers};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoActivity, DynamoCacheStats, DynamoKeys, DynamoLimits, DynamoMatrix, DynamoPairs, DynamoProfiles,
    DynamoRegistry, DynamoSessions, DynamoSettings, DynamoTastes,
};
use shared::adapters::segments::S3Segments;
use shared::adapters::system;
use shared::adapters::{cache, candidates};
use shared::config::{CacheConfig, CandidatesConfig, TableName, TokensConfig, Vars};
use shared::edge::http::{self, Authenticator, Limiter};
use shared::models::{Lens, Models};
use shared::suggestions::{People, Presence, Ranker, Visits};
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let social = aws.table(&mut vars, TableName::Social);
    let registry = DynamoRegistry::new(aws.table(&mut vars, TableName::Realtime));
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let ops = aws.table(&mut vars, TableName::Ops);
    let index = vars.required("APP_BUCKETS_INDEX");
    let candidates = CandidatesConfig::read(&mut vars);
    let cache = CacheConfig::read(&mut vars);
    let tokens = TokensConfig::read(&mut vars);
    vars.finish()?;

    let ambient = system::ambient();
    let keys = Arc::new(DynamoKeys::new(ops.clone()));
    let authenticator = Authenticator::new(tokens.issuer, keys, Arc::new(sessions), ambient.clone());
    // Lists are made ahead only where there is a cache to put them into.
    let activity = Arc::new(DynamoActivity::new(ops.clone()));
    let visits = cache.url.as_ref().map(|_| Visits::new(activity, ambient.clone()));
    let cache = Arc::new(cache::open(&cache, Arc::new(DynamoCacheStats::new(ops.clone())), ambient.clone())?);
    let segments = S3Segments::new(&aws, index);
    let candidates = Arc::new(candidates::open(segments, profiles.clone(), &candidates, ambient.clone()));
    let presence = Presence::new(Arc::new(registry), Arc::new(DynamoSettings::reader(profiles.clone())));
    let profiles = Arc::new(DynamoProfiles::reader(profiles));
    let people = People::new(profiles, Arc::new(DynamoPairs::reader(social.clone())), presence);
    let limits = Arc::new(DynamoLimits::new(ops.clone(), ambient.clone()));
    let models = Models::new(Arc::new(DynamoMatrix::reader(ops))).through(cache.clone());
    let lens = Lens::new(models, Arc::new(DynamoTastes::new(social)));
    let deps = Deps {
        ranker: Ranker::new(candidates, people.clone(), cache.clone()).noting(visits),
        readers: Readers::new(people.clone(), lens, Limiter::new(limits)),
        people,
        authenticator: Arc::new(authenticator),
        ambient,
    };
    http::run(http::counted(matching::router(deps), cache)).await
}
