//! Wires `mail-feedback` to the accounts.

use std::sync::Arc;

use mail_feedback::{Deps, Feedback};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::DynamoMailboxes;
use shared::config::{TableName, Vars};
use shared::edge::queue;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let accounts = aws.table(&mut vars, TableName::Accounts);
    vars.finish()?;

    let deps = Deps { mailboxes: Arc::new(DynamoMailboxes::new(accounts)) };
    queue::run(|feedback: Feedback| mail_feedback::note(&deps, feedback)).await
}
