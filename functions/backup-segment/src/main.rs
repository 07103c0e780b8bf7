//! Wires `backup-segment` to the tables and to the bucket of backups.

use std::sync::Arc;

use backup_segment::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::DynamoBackups;
use shared::adapters::system;
use shared::adapters::vault::S3Vault;
use shared::config::{TableName, Vars};
use shared::domain::backup::TableKind;
use shared::edge::queue;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let tables = [
        (TableKind::Accounts, aws.table(&mut vars, TableName::Accounts)),
        (TableKind::Sessions, aws.table(&mut vars, TableName::Sessions)),
        (TableKind::Profiles, aws.table(&mut vars, TableName::Profiles)),
        (TableKind::Social, aws.table(&mut vars, TableName::Social)),
        (TableKind::Chat, aws.table(&mut vars, TableName::Chat)),
        (TableKind::Ops, aws.table(&mut vars, TableName::Ops)),
    ];
    let bucket = vars.required("APP_BUCKETS_BACKUPS");
    vars.finish()?;

    let deps = Deps {
        scan: Arc::new(DynamoBackups::new(&aws, tables)),
        vault: Arc::new(S3Vault::new(&aws, bucket)),
        ambient: system::ambient(),
    };
    queue::run(|job| backup_segment::save(&deps, job)).await
}
