//! Marks that keep a mail from being sent twice, in the ops table.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, encode, expiring, text};
use super::outbox::DynamoOutbox;
use super::table::{Read, Table};
use crate::domain::outbox::{Effect, Guarantee, OutboxEntry};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::mail::{Claim, MailJobs, REMEMBERED_FOR};
use crate::ports::outbox::Outbox;

/// Longer than a sender can live, so that a claim only runs out when its holder is gone.
const CLAIM: Duration = Duration::from_mins(1);

#[derive(Clone, Debug)]
pub struct DynamoMailJobs {
    ops: Table,
    outbox: DynamoOutbox,
}

#[derive(Serialize, Deserialize)]
struct Mark {
    is_sent: bool,
    claimed_until: Timestamp,
}

impl DynamoMailJobs {
    pub fn new(ops: Table, outbox: DynamoOutbox) -> Self {
        Self { ops, outbox }
    }
}

impl DynamoMailJobs {
    fn claimed(&self, entry: &OutboxEntry) -> Result<Item> {
        self.remembered(entry, &Mark { is_sent: false, claimed_until: self.ops.now() + CLAIM })
    }

    fn remembered(&self, entry: &OutboxEntry, mark: &Mark) -> Result<Item> {
        Ok(expiring(encode(&key(entry), mark)?, self.ops.now() + REMEMBERED_FOR))
    }

    async fn take_over(&self, entry: &OutboxEntry, mark: &Mark) -> Result<bool> {
        self.ops.put_if(self.claimed(entry)?, still(mark)).await
    }
}

/// The claim that was read has neither been renewed nor come to an end.
fn still(mark: &Mark) -> Expression {
    Expression::new("is_sent = :no AND claimed_until = :until")
        .value(":no", AttributeValue::Bool(false))
        .value(":until", text(mark.claimed_until.to_string()))
}

/// What is no mail is refused by whoever would send it.
const fn guarantee(entry: &OutboxEntry) -> Guarantee {
    match &entry.effect {
        Effect::Mail(mail) => mail.kind.guarantee(),
        Effect::Push(_) | Effect::Embed(_) | Effect::Account(_) => Guarantee::AtLeastOnce,
    }
}

#[async_trait]
impl MailJobs for DynamoMailJobs {
    async fn claim(&self, entry: &OutboxEntry) -> Result<Claim> {
        if self.ops.put_new(self.claimed(entry)?).await? {
            return Ok(Claim::Granted);
        }
        let Some(mark) = self.ops.get::<Mark>(&key(entry), Read::Strong).await? else { return Ok(Claim::Held) };
        let has_run_out = mark.claimed_until <= self.ops.now();
        Ok(match (mark.is_sent, has_run_out, guarantee(entry)) {
            (true, ..) => Claim::Sent,
            (false, true, Guarantee::AtMostOnce) => Claim::Abandoned,
            (false, true, Guarantee::AtLeastOnce) if self.take_over(entry, &mark).await? => Claim::Again,
            (false, false, _) | (false, true, Guarantee::AtLeastOnce) => Claim::Held,
        })
    }

    async fn release(&self, entry: &OutboxEntry) -> Result<()> {
        self.ops.delete(&key(entry)).await
    }

    async fn done(&self, entry: &OutboxEntry) -> Result<()> {
        let mark = Mark { is_sent: true, claimed_until: self.ops.now() };
        self.ops.put(self.remembered(entry, &mark)?).await?;
        self.outbox.finish(entry).await
    }
}

fn key(entry: &OutboxEntry) -> Key {
    Key::new(format!("MAIL#{}", entry.id), "MARK")
}
