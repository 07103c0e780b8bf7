//! Wires `email-send` to SES and its tables.

use std::sync::Arc;

use email_send::{Deps, Writer};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoAccounts, DynamoCodes, DynamoMailJobs, DynamoOutbox, DynamoUnsubscriptions};
use shared::adapters::mailer::SesMailer;
use shared::adapters::{secrets, system};
use shared::config::{CodesConfig, LinksConfig, MailConfig, TableName, Vars};
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
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let (mail, links) = (MailConfig::read(&mut vars), LinksConfig::read(&mut vars));
    let codes = CodesConfig::read(&mut vars);
    vars.finish()?;

    let code_key = secrets::code_key(&aws, &codes.secret).await?;
    let ambient = system::ambient();
    let codes = Arc::new(DynamoCodes::new(accounts.clone(), code_key));
    let unsubscriptions = Arc::new(DynamoUnsubscriptions::new(profiles));
    let deps = Deps {
        accounts: Arc::new(DynamoAccounts::new(accounts, outbox.clone())),
        jobs: Arc::new(DynamoMailJobs::new(ops, outbox)),
        mailer: Arc::new(SesMailer::new(&aws, mail)),
        writer: Writer::new(codes, unsubscriptions, links, ambient.clone()),
        ambient,
    };
    queue::run(|entry| email_send::send(&deps, entry)).await
}
