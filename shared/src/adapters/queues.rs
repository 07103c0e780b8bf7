//! SQS: one queue per lane of the outbox.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use super::aws::{Aws, failure};
use crate::config::QueuesConfig;
use crate::domain::outbox::{Lane, OutboxEntry};
use crate::error::{Error, Result};
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
        for chunk in entries.chunks(BATCH) {
            let messages: Vec<_> = chunk.iter().map(message).collect::<Result<_>>()?;
            let request = self.client.send_message_batch().queue_url(self.url(lane));
            let answer = request.set_entries(Some(messages)).send().await.map_err(failure)?;
            if let Some(refused) = answer.failed().first() {
                return Err(Error::unavailable(format!("the queue refused a message: {}", refused.code())));
            }
        }
        Ok(())
    }
}

fn message(entry: &OutboxEntry) -> Result<SendMessageBatchRequestEntry> {
    let body = serde_json::to_string(entry).map_err(Error::internal)?;
    let message = SendMessageBatchRequestEntry::builder().id(entry.id.to_string()).message_body(body);
    message.build().map_err(Error::internal)
}
