//! Wires `email-send` to SES and its tables.

use std::sync::Arc;

use email_send::Deps;
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoAccounts, DynamoCodes, DynamoMailJobs, DynamoOutbox};
use shared::adapters::mailer::SesMailer;
use shared::adapters::{secrets, system};
use shared::config::{CodesConfig, MailConfig, TableName, Vars};
use shared::edge::queue;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let accounts = aws.table(&mut vars, TableName::Accounts);
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let ops = aws.table(&mut vars, TableName::Ops);
    let (mail, codes) = (MailConfig::read(&mut vars), CodesConfig::read(&mut vars));
    vars.finish()?;

    let code_key = secrets::code_key(&aws, &codes.secret).await?;
    let deps = Deps {
        codes: Arc::new(DynamoCodes::new(accounts.clone(), code_key)),
        accounts: Arc::new(DynamoAccounts::new(accounts, outbox.clone())),
        jobs: Arc::new(DynamoMailJobs::new(ops, outbox)),
        mailer: Arc::new(SesMailer::new(&aws, mail)),
        ambient: system::ambient(),
    };
    queue::run(|entry| email_send::send(&deps, entry)).await
}
