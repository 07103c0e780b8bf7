//! Wires `photo-sweep` to the drafts, the albums and the bucket.

use std::sync::Arc;

use photo_sweep::{Deps, sweep};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoAlbums, DynamoPhotoDrafts};
use shared::adapters::photos::S3Photos;
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
    let bucket = vars.required("APP_BUCKETS_PHOTOS");
    vars.finish()?;

    let deps = Deps {
        drafts: Arc::new(DynamoPhotoDrafts::new(profiles.clone())),
        albums: Arc::new(DynamoAlbums::new(profiles)),
        bin: Arc::new(S3Photos::new(&aws, bucket)),
        ambient: system::ambient(),
    };
    schedule::run(|| sweep(&deps)).await
}
