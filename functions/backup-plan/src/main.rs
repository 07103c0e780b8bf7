//! Wires `backup-plan` to the descriptions of the tables, to the bucket of backups and to the queue of segments.

use std::sync::Arc;

use backup_plan::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::DynamoBackups;
use shared::adapters::queues::SqsBackupJobs;
use shared::adapters::system;
use shared::adapters::vault::S3Vault;
use shared::config::{BackupsConfig, TableName, Vars};
use shared::domain::backup::TableKind;
use shared::edge::schedule;
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
    let (bucket, queue) = (vars.required("APP_BUCKETS_BACKUPS"), vars.required("APP_QUEUES_BACKUP"));
    let config = BackupsConfig::read(&mut vars);
    vars.finish()?;

    let vault = Arc::new(S3Vault::new(&aws, bucket));
    let deps = Deps {
        catalogue: Arc::new(DynamoBackups::new(&aws, tables)),
        vault: vault.clone(),
        care: vault,
        jobs: Arc::new(SqsBackupJobs::new(&aws, queue)),
        ambient: system::ambient(),
    };
    schedule::run_ordered(|order| backup_plan::run(&deps, &config.zone, order)).await
}
