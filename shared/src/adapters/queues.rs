//! SQS: one queue per lane of the outbox, and one for segments to back up.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use serde::Serialize;

use super::aws::{Aws, failure};
use crate::config::QueuesConfig;
use crate::domain::backup::SegmentJob;
use crate::domain::outbox::{Lane, OutboxEntry};
use crate::error::{Error, Result};
use crate::ports::backups::BackupJobs;
use crate::ports::outbox::Queues;

/// How many messages one call may carry.
const BATCH: usize = 10;

#[derive(Clone, Debug)]
pub struct SqsQueues {
    client: Client,
    urls: QueuesConfig,
}

impl SqsQueues {
    pub fn new(aws: &Aws, urls: QueuesConfig) -> Self {
        Self { client: aws.queues(), urls }
    }

    fn url(&self, lane: Lane) -> &str {
        match lane {
            Lane::Mail => &self.urls.mail,
            Lane::Push => &self.urls.push,
            Lane::Embed => &self.urls.embed,
            Lane::Account => &self.urls.account,
        }
    }
}

#[async_trait]
impl Queues for SqsQueues {
    async fn send(&self, lane: Lane, entries: &[OutboxEntry]) -> Result<()> {
        let messages = entries.iter().map(|entry| message(entry.id.to_string(), entry, entry.effect.delay()));
        send(&self.client, self.url(lane), messages.collect::<Result<_>>()?).await
    }
}

#[derive(Clone, Debug)]
pub struct SqsBackupJobs {
    client: Client,
    url: String,
}

impl SqsBackupJobs {
    pub fn new(aws: &Aws, url: String) -> Self {
        Self { client: aws.queues(), url }
    }
}

#[async_trait]
impl BackupJobs for SqsBackupJobs {
    async fn send(&self, jobs: &[SegmentJob]) -> Result<()> {
        let id = |job: &SegmentJob| format!("{}-{}", job.table.as_str(), job.segment);
        let messages = jobs.iter().map(|job| message(id(job), job, Duration::ZERO));
        send(&self.client, &self.url, messages.collect::<Result<_>>()?).await
    }
}

async fn send(client: &Client, url: &str, messages: Vec<SendMessageBatchRequestEntry>) -> Result<()> {
    for chunk in messages.chunks(BATCH) {
        let request = client.send_message_batch().queue_url(url).set_entries(Some(chunk.to_vec()));
        let answer = request.send().await.map_err(failure)?;
        if let Some(refused) = answer.failed().first() {
            return Err(Error::unavailable(format!("the queue refused a message: {}", refused.code())));
        }
    }
    Ok(())
}

fn message(id: String, content: &impl Serialize, delay: Duration) -> Result<SendMessageBatchRequestEntry> {
    let body = serde_json::to_string(content).map_err(Error::internal)?;
    let delay = i32::try_from(delay.as_secs()).map_err(Error::internal)?;
    let message = SendMessageBatchRequestEntry::builder().id(id).message_body(body).delay_seconds(delay);
    message.build().map_err(Error::internal)
}
