//! Wires `health` to what it probes.

use std::sync::Arc;

use health::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::cache::CacheProbe;
use shared::adapters::dynamo::{DynamoCacheStats, DynamoKeys};
use shared::adapters::probes::{BucketProbe, DynamoProbe};
use shared::adapters::system;
use shared::config::{CacheConfig, TableName, Vars};
use shared::edge::http;
use shared::ports::probe::Probe;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ops = aws.table(&mut vars, TableName::Ops);
    let photos = vars.required("APP_BUCKETS_PHOTOS");
    let cache = CacheConfig::read(&mut vars);
    vars.finish()?;

    let ambient = system::ambient();
    let database = DynamoProbe::new(DynamoKeys::new(ops.clone()));
    let cache = CacheProbe::new(&cache, ambient.clone())?;
    let deps = Deps {
        probes: Arc::new([Box::new(database), Box::new(BucketProbe::new(&aws, photos))]),
        cache: cache.map(|cache| Arc::new(cache) as Arc<dyn Probe>),
        cache_stats: Arc::new(DynamoCacheStats::new(ops)),
        ambient,
    };
    http::run(health::router(deps)).await
}
