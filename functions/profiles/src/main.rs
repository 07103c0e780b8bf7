//! Wires `profiles` to its tables and to the bucket of photos.

use std::sync::Arc;

use profiles::{Deps, Desk, Gallery, Shelf, exports, unsubscribe};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoAlbums, DynamoExports, DynamoKeys, DynamoLimits, DynamoMatrix, DynamoOutbox, DynamoPairs, DynamoProfiles,
    DynamoReports, DynamoSessions, DynamoSettings, DynamoUnsubscriptions,
};
use shared::adapters::exports::S3Exports;
use shared::adapters::photos::S3Photos;
use shared::adapters::{cdn, system};
use shared::config::{CdnConfig, TableName, TokensConfig, Vars};
use shared::edge::http::{self, Authenticator, Limiter};
use shared::models::Models;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let social = aws.table(&mut vars, TableName::Social);
    let sessions = DynamoSessions::reader(aws.table(&mut vars, TableName::Sessions));
    let ops = aws.table(&mut vars, TableName::Ops);
    let tokens = TokensConfig::read(&mut vars);
    let bucket = vars.required("APP_BUCKETS_PHOTOS");
    let archives = vars.required("APP_BUCKETS_EXPORTS");
    let cdn_config = CdnConfig::read(&mut vars);
    vars.finish()?;

    let models = Models::new(Arc::new(DynamoMatrix::reader(ops.clone())));
    let keys = Arc::new(DynamoKeys::new(ops.clone()));
    let limiter = Limiter::new(Arc::new(DynamoLimits::new(ops, ambient.clone())));
    let authenticator = Authenticator::new(tokens.issuer, keys, Arc::new(sessions), ambient.clone());
    let photos = Arc::new(S3Photos::new(&aws, bucket));
    let links = cdn::links(photos.clone(), &aws, cdn_config).await?;
    let albums = Arc::new(DynamoAlbums::new(profiles.clone()));
    let settings = Arc::new(DynamoSettings::new(profiles.clone(), outbox.clone()));
    let authenticator = Arc::new(authenticator);
    let exports = exports::Deps {
        exports: Arc::new(DynamoExports::new(profiles.clone(), outbox.clone())),
        shelf: Arc::new(S3Exports::new(&aws, archives)),
        limiter: limiter.clone(),
        authenticator: authenticator.clone(),
        ambient: ambient.clone(),
    };
    let deps = Deps {
        shelf: Shelf::new(
            Arc::new(DynamoProfiles::new(profiles.clone(), outbox)),
            settings.clone(),
            Gallery::new(albums, links, photos, limiter.clone(), ambient.clone()),
            models,
            limiter.clone(),
        ),
        pairs: Arc::new(DynamoPairs::reader(social.clone())),
        desk: Desk::new(Arc::new(DynamoReports::filing(social)), limiter),
        authenticator,
        ambient,
    };
    let unsubscriptions = Arc::new(DynamoUnsubscriptions::new(profiles));
    http::run(profiles::router(deps, exports, unsubscribe::Deps { settings, unsubscriptions })).await
}
