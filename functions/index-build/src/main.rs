//! Wires `index-build` to the profiles and to the bucket of the index.

use std::sync::Arc;

use index_build::{Deps, build};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoDirectory, DynamoProfiles};
use shared::adapters::segments::S3Segments;
use shared::adapters::system;
use shared::config::{TableName, Vars};
use shared::edge::schedule;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let bucket = vars.required("APP_BUCKETS_INDEX");
    vars.finish()?;

    let deps = Deps {
        directory: Arc::new(DynamoDirectory::new(profiles.clone())),
        profiles: Arc::new(DynamoProfiles::reader(profiles)),
        segments: Arc::new(S3Segments::new(&aws, bucket)),
        ambient: system::ambient(),
    };
    schedule::run_ordered(|order| build(&deps, order)).await
}
