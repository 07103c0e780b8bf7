//! Marks that keep a mail from being sent twice, in the ops table.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Key, encode, expiring, text};
use super::outbox::DynamoOutbox;
use super::table::{Read, Table};
use crate::domain::outbox::OutboxEntry;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::mail::{Claim, MailJobs};
use crate::ports::outbox::Outbox;

/// Longer than a sender can live, so that a claim only runs out when its holder is gone.
const CLAIM: Duration = Duration::from_mins(1);
/// Longer than a message can stay in its queue or the outbox without anybody noticing.
const MEMORY: Duration = Duration::from_hours(168);

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

#[async_trait]
impl MailJobs for DynamoMailJobs {
    async fn claim(&self, entry: &OutboxEntry) -> Result<Claim> {
        let now = self.ops.now();
        let mark = Mark { is_sent: false, claimed_until: now + CLAIM };
        let item = expiring(encode(&key(entry), &mark)?, now + MEMORY);
        let free = Expression::new("attribute_not_exists(pk) OR (is_sent = :no AND claimed_until <= :now)")
            .value(":no", AttributeValue::Bool(false))
            .value(":now", text(now.to_string()));
        if self.ops.put_if(item, free).await? {
            return Ok(Claim::Granted);
        }
        let mark: Option<Mark> = self.ops.get(&key(entry), Read::Strong).await?;
        Ok(if mark.is_some_and(|mark| mark.is_sent) { Claim::Sent } else { Claim::Held })
    }

    async fn release(&self, entry: &OutboxEntry) -> Result<()> {
        let now = self.ops.now();
        let mark = Mark { is_sent: false, claimed_until: now };
        self.ops.put(expiring(encode(&key(entry), &mark)?, now + MEMORY)).await
    }

    async fn done(&self, entry: &OutboxEntry) -> Result<()> {
        let now = self.ops.now();
        let mark = Mark { is_sent: true, claimed_until: now };
        self.ops.put(expiring(encode(&key(entry), &mark)?, now + MEMORY)).await?;
        self.outbox.finish(entry).await
    }
}

fn key(entry: &OutboxEntry) -> Key {
    Key::new(format!("MAIL#{}", entry.id), "MARK")
}
