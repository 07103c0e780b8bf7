//! Wires `cache-warm` to its tables, the index and the cache.

use std::sync::Arc;

use cache_warm::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::cache::{self, NoStats};
use shared::adapters::candidates;
use shared::adapters::dynamo::{DynamoActivity, DynamoMatrix, DynamoPairs, DynamoProfiles, DynamoTastes};
use shared::adapters::segments::S3Segments;
use shared::adapters::system;
use shared::config::{CacheConfig, CandidatesConfig, TableName, Vars};
use shared::edge::schedule;
use shared::models::{Lens, Models};
use shared::suggestions::{People, Ranker};
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let social = aws.table(&mut vars, TableName::Social);
    let ops = aws.table(&mut vars, TableName::Ops);
    let index = vars.required("APP_BUCKETS_INDEX");
    let candidates = CandidatesConfig::read(&mut vars);
    let cache = CacheConfig::read(&mut vars);
    vars.finish()?;

    let ambient = system::ambient();
    let has_cache = cache.url.is_some();
    let cache = Arc::new(cache::open(&cache, Arc::new(NoStats), ambient.clone())?);
    let segments = S3Segments::new(&aws, index);
    let candidates = Arc::new(candidates::open(segments, profiles.clone(), &candidates, ambient.clone()));
    let profiles = Arc::new(DynamoProfiles::reader(profiles));
    let people = People::without_presence(profiles, Arc::new(DynamoPairs::reader(social.clone())));
    let models = Models::new(Arc::new(DynamoMatrix::reader(ops.clone()))).through(cache.clone());
    let deps = Deps {
        activity: Arc::new(DynamoActivity::new(ops)),
        ranker: has_cache.then(|| Ranker::new(candidates, people.clone(), cache)),
        people,
        lens: Lens::new(models, Arc::new(DynamoTastes::new(social))),
        ambient,
    };
    schedule::run(|| cache_warm::warm(&deps)).await
}
