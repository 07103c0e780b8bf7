//! Wires `digest` to the tables in which news is counted, and to the outbox.

use std::sync::Arc;

use digest::{Allowance, Deps, News};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoConversations, DynamoDigests, DynamoLikes, DynamoOutbox, DynamoPairs, DynamoProfiles, DynamoRegistry,
};
use shared::adapters::system;
use shared::config::{MailRateConfig, TableName, Vars};
use shared::edge::schedule;
use shared::received_likes::ReceivedLikes;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let social = aws.table(&mut vars, TableName::Social);
    let conversations = DynamoConversations::new(aws.table(&mut vars, TableName::Chat));
    let registry = DynamoRegistry::new(aws.table(&mut vars, TableName::Realtime));
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let allowance = Allowance::at_rate(MailRateConfig::read(&mut vars).per_second);
    vars.finish()?;

    let digests = DynamoDigests::new(profiles.clone(), outbox);
    let profiles = Arc::new(DynamoProfiles::reader(profiles));
    let pairs = Arc::new(DynamoPairs::reader(social.clone()));
    let likes = ReceivedLikes::new(Arc::new(DynamoLikes::new(social)), pairs.clone(), profiles.clone());
    let deps = Deps {
        digests: Arc::new(digests),
        profiles: profiles.clone(),
        registry: Arc::new(registry),
        news: News::new(Arc::new(conversations), pairs, profiles, likes),
        ambient: system::ambient(),
    };
    schedule::run(|| digest::run(&deps, allowance)).await
}
