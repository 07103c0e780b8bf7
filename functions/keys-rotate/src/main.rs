//! Wires `keys-rotate` to the secret and to the published keys.

use std::sync::Arc;

use keys_rotate::{Deps, rotate};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::DynamoKeys;
use shared::adapters::{secrets, system};
use shared::config::{SigningConfig, TableName, Vars};
use shared::edge::schedule;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let published = DynamoKeys::new(aws.table(&mut vars, TableName::Ops));
    let signing = SigningConfig::read(&mut vars);
    vars.finish()?;

    let deps = Deps {
        vault: Arc::new(secrets::SecretVault::new(&aws, signing.secret)),
        published: Arc::new(published),
        ambient: system::ambient(),
    };
    schedule::run_ordered(|order| rotate(&deps, order)).await
}
