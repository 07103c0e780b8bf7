//! Wires `photo-validate` to its bucket and its table.

use std::sync::Arc;

use photo_validate::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoAlbums, DynamoPhotoDrafts};
use shared::adapters::photo_screen::EveryPhoto;
use shared::adapters::photos::S3Photos;
use shared::adapters::system;
use shared::config::{PhotosConfig, TableName, Vars};
use shared::edge::queue;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let bucket = vars.required("APP_BUCKETS_PHOTOS");
    let config = PhotosConfig::read(&mut vars);
    vars.finish()?;

    let photos = Arc::new(S3Photos::new(&aws, bucket));
    let deps = Deps {
        albums: Arc::new(DynamoAlbums::new(profiles.clone())),
        drafts: Arc::new(DynamoPhotoDrafts::new(profiles)),
        desk: photos,
        screen: Arc::new(EveryPhoto(config.screening)),
        ambient: system::ambient(),
    };
    queue::run(|made| photo_validate::validate(&deps, made)).await
}
