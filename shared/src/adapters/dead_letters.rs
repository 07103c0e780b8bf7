//! SQS: the queues for what failed five times.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
};

use super::aws::{Aws, failure};
use crate::config::DeadLettersConfig;
use crate::domain::dead_letter::{DeadLetter, DeadLetterQueue};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::dead_letters::DeadLetters;

/// The most messages that one call carries.
const BATCH: usize = 10;
/// For how long a message is out of others' sight while it is looked at or moved: longer than the one who does so can live.
const GRASP: Duration = Duration::from_secs(30);
/// How many messages are looked through for one: more would take longer than a request has.
const LOOKED_THROUGH: usize = 500;

#[derive(Clone, Debug)]
pub struct SqsDeadLetters {
    client: Client,
    urls: DeadLettersConfig,
}

impl SqsDeadLetters {
    pub fn new(aws: &Aws, urls: DeadLettersConfig) -> Self {
        Self { client: aws.queues(), urls }
    }

    fn url(&self, queue: DeadLetterQueue) -> &str {
        match queue {
            DeadLetterQueue::Mail => &self.urls.dead_mail,
            DeadLetterQueue::Push => &self.urls.dead_push,
            DeadLetterQueue::Embed => &self.urls.dead_embed,
            DeadLetterQueue::Photo => &self.urls.dead_photo,
            DeadLetterQueue::Account => &self.urls.dead_account,
            DeadLetterQueue::Backup => &self.urls.dead_backup,
        }
    }

    /// The queue in which a message failed. One that was put among the dead by hand belongs to the first.
    fn source(&self, queue: DeadLetterQueue, message: &Message) -> &str {
        let sources: &[&String] = match queue {
            DeadLetterQueue::Mail => &[&self.urls.mail, &self.urls.mail_feedback],
            DeadLetterQueue::Push => &[&self.urls.push],
            DeadLetterQueue::Embed => &[&self.urls.embed],
            DeadLetterQueue::Photo => &[&self.urls.photo],
            DeadLetterQueue::Account => &[&self.urls.account],
            DeadLetterQueue::Backup => &[&self.urls.backup],
        };
        let arn = attribute(message, &MessageSystemAttributeName::DeadLetterQueueSourceArn).unwrap_or_default();
        let is_it = |url: &&&String| url.rsplit('/').next() == arn.rsplit(':').next();
        sources.iter().find(is_it).or(sources.first()).map_or("", |url| url.as_str())
    }

    async fn receive(&self, queue: DeadLetterQueue, limit: usize) -> Result<Vec<Message>> {
        let request = self
            .client
            .receive_message()
            .queue_url(self.url(queue))
            .max_number_of_messages(i32::try_from(limit.min(BATCH)).unwrap_or(1))
            .visibility_timeout(i32::try_from(GRASP.as_secs()).unwrap_or(i32::MAX))
            .message_system_attribute_names(MessageSystemAttributeName::All);
        Ok(request.send().await.map_err(failure)?.messages.unwrap_or_default())
    }

    /// Receives at most `limit` messages, and no more after one that is `enough`. After a failure some may be held.
    async fn hold(
        &self,
        queue: DeadLetterQueue,
        limit: usize,
        messages: &mut Vec<Message>,
        enough: impl Fn(&Message) -> bool,
    ) -> Result<()> {
        while messages.len() < limit && !messages.iter().any(&enough) {
            let some = self.receive(queue, limit - messages.len()).await?;
            if some.is_empty() {
                break;
            }
            messages.extend(some);
        }
        Ok(())
    }

    /// Lets others see the messages again at once.
    async fn let_go(&self, queue: DeadLetterQueue, messages: &[Message]) -> Result<()> {
        for some in messages.chunks(BATCH) {
            let entry = |(n, message): (usize, &Message)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(n.to_string()).visibility_timeout(0);
                entry.set_receipt_handle(message.receipt_handle.clone()).build().map_err(Error::internal)
            };
            let entries = some.iter().enumerate().map(entry).collect::<Result<_>>()?;
            let request = self.client.change_message_visibility_batch().queue_url(self.url(queue));
            request.set_entries(Some(entries)).send().await.map_err(failure)?;
        }
        Ok(())
    }

    async fn put_back(&self, queue: DeadLetterQueue, message: &Message) -> Result<()> {
        let body = message.body.as_deref().unwrap_or_default();
        let request = self.client.send_message().queue_url(self.source(queue, message)).message_body(body);
        request.send().await.map_err(failure)?;
        self.delete(queue, message).await
    }

    async fn delete(&self, queue: DeadLetterQueue, message: &Message) -> Result<()> {
        let request = self.client.delete_message().queue_url(self.url(queue));
        request.set_receipt_handle(message.receipt_handle.clone()).send().await.map_err(failure)?;
        Ok(())
    }
}

#[async_trait]
impl DeadLetters for SqsDeadLetters {
    async fn count(&self, queue: DeadLetterQueue) -> Result<u64> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let request = self.client.get_queue_attributes().queue_url(self.url(queue));
        let answer = request.set_attribute_names(Some(names.to_vec())).send().await.map_err(failure)?;
        let counts = answer.attributes.unwrap_or_default();
        Ok(names.iter().filter_map(|name| counts.get(name)?.parse::<u64>().ok()).sum())
    }

    async fn read(&self, queue: DeadLetterQueue, limit: usize) -> Result<Vec<DeadLetter>> {
        let mut messages = Vec::new();
        let read = self.hold(queue, limit, &mut messages, |_| false).await;
        self.let_go(queue, &messages).await?;
        read?;
        Ok(messages.into_iter().map(letter).collect())
    }

    async fn discard(&self, queue: DeadLetterQueue, message_id: &str) -> Result<bool> {
        let mut messages = Vec::new();
        let is_it = |message: &Message| message.message_id.as_deref() == Some(message_id);
        let looked = self.hold(queue, LOOKED_THROUGH, &mut messages, is_it).await;
        let found = messages.iter().position(is_it).map(|at| messages.swap_remove(at));
        self.let_go(queue, &messages).await?;
        looked?;
        let Some(message) = found else { return Ok(false) };
        self.delete(queue, &message).await?;
        Ok(true)
    }

    async fn redrive(&self, queue: DeadLetterQueue, limit: usize) -> Result<usize> {
        let mut moved = 0;
        while moved < limit {
            let some = self.receive(queue, limit - moved).await?;
            if some.is_empty() {
                break;
            }
            for message in &some {
                self.put_back(queue, message).await?;
                moved += 1;
            }
        }
        Ok(moved)
    }
}

fn attribute<'m>(message: &'m Message, name: &MessageSystemAttributeName) -> Option<&'m str> {
    message.attributes.as_ref()?.get(name).map(String::as_str)
}

fn letter(message: Message) -> DeadLetter {
    let sent = attribute(&message, &MessageSystemAttributeName::SentTimestamp).and_then(|millis| millis.parse().ok());
    let source = attribute(&message, &MessageSystemAttributeName::DeadLetterQueueSourceArn);
    DeadLetter {
        came_from: source.and_then(|arn| arn.rsplit(':').next()).map(str::to_owned),
        sent_at: Timestamp::from_unix_millis(sent.unwrap_or_default()),
        message_id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
    }
}
