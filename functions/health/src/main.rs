//! Wires `health` to what it probes.

use std::sync::Arc;

use health::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::DynamoKeys;
use shared::adapters::probes::{BucketProbe, DynamoProbe};
use shared::config::{TableName, Vars};
use shared::edge::http;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let keys = DynamoKeys::new(aws.table(&mut vars, TableName::Ops));
    let photos = vars.required("APP_BUCKETS_PHOTOS");
    vars.finish()?;

    let deps = Deps { probes: Arc::new([Box::new(DynamoProbe::new(keys)), Box::new(BucketProbe::new(&aws, photos))]) };
    http::run(health::router(deps)).await
}
