//! SQS: the queues for what failed five times.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName,
    QueueAttributeName, SendMessageBatchRequestEntry,
};

use super::aws::{Aws, failure};
use super::dynamo::DynamoOutbox;
use crate::config::DeadLettersConfig;
use crate::domain::dead_letter::{DeadLetter, DeadLetterQueue, HeldLetter};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::dead_letters::DeadLetters;
use crate::ports::outbox::Outbox as _;

/// The most messages that one call carries, and the most bytes of them together.
const BATCH: usize = 10;
const BATCH_BYTES: usize = 1_000_000;
/// For how long a message is out of others' sight while it is looked at or moved: longer than a request can live.
const GRASP: Duration = Duration::from_secs(30);
/// SQS hides nothing for longer.
const LONGEST_GRASP: Duration = Duration::from_hours(12);
/// How many messages anybody, from anywhere, can look through within one grasp.
const PER_GRASP: usize = 200;
/// How many messages a request looks through for one.
const LOOKED_THROUGH: usize = 500;
/// Asked without waiting, SQS answers from some of its servers, and may have nothing where messages rest. Asked to wait, it asks all.
const WAIT: Duration = Duration::from_secs(1);
/// After so many answers with nothing new, there is nothing more. All but the first have waited.
const SILENCES: usize = 2;

#[derive(Clone, Debug)]
pub struct SqsDeadLetters {
    client: Client,
    urls: DeadLettersConfig,
    outbox: DynamoOutbox,
}

impl SqsDeadLetters {
    pub fn new(aws: &Aws, urls: DeadLettersConfig, outbox: DynamoOutbox) -> Self {
        Self { client: aws.queues(), urls, outbox }
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

    async fn receive(&self, queue: DeadLetterQueue, limit: usize, search: &Search) -> Result<Vec<Message>> {
        let seconds = |duration: Duration| i32::try_from(duration.as_secs()).unwrap_or(i32::MAX);
        let wait = if search.silences > 0 { WAIT } else { Duration::ZERO };
        let request = self
            .client
            .receive_message()
            .queue_url(self.url(queue))
            .max_number_of_messages(i32::try_from(limit.min(BATCH)).unwrap_or(1))
            .visibility_timeout(seconds(search.grasp))
            .wait_time_seconds(seconds(wait))
            .message_system_attribute_names(MessageSystemAttributeName::All);
        Ok(request.send().await.map_err(failure)?.messages.unwrap_or_default())
    }

    /// Holds at most `limit` messages, and no more after the one that is wanted. After a failure some may be held.
    async fn hold(
        &self,
        queue: DeadLetterQueue,
        limit: usize,
        search: &mut Search,
        wanted: Option<&str>,
    ) -> Result<()> {
        let is_there = |held: &BTreeMap<String, Message>| wanted.is_some_and(|id| held.contains_key(id));
        while search.held.len() < limit && search.silences < SILENCES && !is_there(&search.held) {
            let some = self.receive(queue, limit - search.held.len(), search).await?;
            search.take(some);
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

    /// Looks through at most `limit` messages for one, and holds it alone.
    pub async fn take_among(&self, queue: DeadLetterQueue, id: &str, limit: usize) -> Result<Option<HeldLetter>> {
        let mut search = Search::through(limit);
        let looked = self.hold(queue, limit, &mut search, Some(id)).await;
        let found = search.held.remove(id);
        self.let_go(queue, &search.into_messages()).await?;
        looked?;
        Ok(found.and_then(held))
    }

    /// Sends messages and deletes those that were taken. What the queue refuses stays where it is.
    async fn put_back(&self, queue: DeadLetterQueue, source: &str, messages: &[&Message]) -> Result<usize> {
        let entry = |(n, message): (usize, &&Message)| {
            let entry = SendMessageBatchRequestEntry::builder().id(n.to_string());
            entry.message_body(message.body.as_deref().unwrap_or_default()).build().map_err(Error::internal)
        };
        let entries = messages.iter().enumerate().map(entry).collect::<Result<_>>()?;
        let request = self.client.send_message_batch().queue_url(source).set_entries(Some(entries));
        let sent = request.send().await.map_err(failure)?;
        let entry = |entry: &str| {
            let receipt = entry.parse::<usize>().ok().and_then(|n| messages.get(n)?.receipt_handle.clone());
            let entry = DeleteMessageBatchRequestEntry::builder().id(entry).set_receipt_handle(receipt);
            entry.build().map_err(Error::internal)
        };
        let entries: Vec<_> = sent.successful().iter().map(|sent| entry(sent.id())).collect::<Result<_>>()?;
        let mut refused = sent.failed.first().map(|entry| entry.code.clone());
        if !entries.is_empty() {
            let request = self.client.delete_message_batch().queue_url(self.url(queue)).set_entries(Some(entries));
            let gone = request.send().await.map_err(failure)?;
            refused = refused.or_else(|| gone.failed.first().map(|entry| entry.code.clone()));
        }
        match refused {
            Some(code) => Err(Error::unavailable(format!("the queue refused a message: {code}"))),
            None => Ok(messages.len()),
        }
    }
}

/// What is held of a queue, each message once, and how long it has had nothing new.
struct Search {
    held: BTreeMap<String, Message>,
    grasp: Duration,
    silences: usize,
}

impl Search {
    /// Whoever looks through more needs longer, and nothing may come into sight again before the end.
    fn through(limit: usize) -> Self {
        let times = u32::try_from(limit.div_ceil(PER_GRASP)).unwrap_or(u32::MAX).max(1);
        Self { held: BTreeMap::new(), grasp: GRASP.saturating_mul(times).min(LONGEST_GRASP), silences: 0 }
    }

    /// SQS may give a message twice; the last receipt is the one that counts.
    fn take(&mut self, messages: Vec<Message>) {
        let before = self.held.len();
        self.held.extend(messages.into_iter().map(|message| (message.message_id.clone().unwrap_or_default(), message)));
        self.silences = if self.held.len() == before { self.silences + 1 } else { 0 };
    }

    fn into_messages(self) -> Vec<Message> {
        self.held.into_values().collect()
    }
}

/// Messages that go into one call together.
fn batches<'m>(messages: &[&'m Message]) -> Vec<Vec<&'m Message>> {
    let mut batches: Vec<Vec<&Message>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        let size = message.body.as_ref().map_or(0, String::len);
        if let Some(batch) = batches.last_mut().filter(|_| bytes + size <= BATCH_BYTES) {
            batch.push(message);
        } else {
            batches.push(vec![message]);
            bytes = 0;
        }
        bytes += size;
    }
    batches
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
        let mut search = Search::through(limit);
        let looked = self.hold(queue, limit, &mut search, None).await;
        let messages = search.into_messages();
        self.let_go(queue, &messages).await?;
        looked?;
        let mut letters: Vec<DeadLetter> = messages.into_iter().map(letter).collect();
        letters.sort_by_key(|letter| letter.sent_at);
        Ok(letters)
    }

    async fn take(&self, queue: DeadLetterQueue, message_id: &str) -> Result<Option<HeldLetter>> {
        self.take_among(queue, message_id, LOOKED_THROUGH).await
    }

    async fn discard(&self, queue: DeadLetterQueue, letter: HeldLetter) -> Result<()> {
        if let Some(promise) = &letter.promise {
            self.outbox.finish(promise).await?;
        }
        let request = self.client.delete_message().queue_url(self.url(queue)).receipt_handle(letter.receipt);
        request.send().await.map_err(failure)?;
        Ok(())
    }

    async fn redrive(&self, queue: DeadLetterQueue, limit: usize) -> Result<usize> {
        let (mut moved, mut silences) = (0, 0);
        while moved < limit && silences < SILENCES {
            let mut search = Search { silences, ..Search::through(BATCH) };
            let some = self.receive(queue, limit - moved, &search).await?;
            search.take(some);
            silences = search.silences;
            let messages = search.into_messages();
            let mut sources: BTreeMap<&str, Vec<&Message>> = BTreeMap::new();
            for message in &messages {
                sources.entry(self.source(queue, message)).or_default().push(message);
            }
            for (source, messages) in sources {
                for batch in batches(&messages) {
                    moved += self.put_back(queue, source, &batch).await?;
                }
            }
        }
        Ok(moved)
    }
}

fn attribute<'m>(message: &'m Message, name: &MessageSystemAttributeName) -> Option<&'m str> {
    message.attributes.as_ref()?.get(name).map(String::as_str)
}

fn held(message: Message) -> Option<HeldLetter> {
    let promise = message.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
    message.receipt_handle.map(|receipt| HeldLetter { receipt, promise })
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
