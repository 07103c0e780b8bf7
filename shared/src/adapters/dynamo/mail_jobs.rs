//! Marks that keep a mail from being sent twice, in the ops table.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use serde::{Deserialize, Serialize};

use super::item::{Key, encode, expiring, text};
use super::outbox::DynamoOutbox;
use super::table::{Read, Table};
use crate::adapters::aws::failure;
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
        let answer = self
            .ops
            .client
            .put_item()
            .table_name(&self.ops.name)
            .set_item(Some(expiring(encode(&key(entry), &mark)?, now + MEMORY)))
            .condition_expression("attribute_not_exists(pk) OR (is_sent = :no AND claimed_until <= :now)")
            .expression_attribute_values(":no", aws_sdk_dynamodb::types::AttributeValue::Bool(false))
            .expression_attribute_values(":now", text(now.to_string()))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Claim::Granted),
            Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
                let mark: Option<Mark> = self.ops.get(&key(entry), Read::Strong).await?;
                Ok(if mark.is_some_and(|mark| mark.is_sent) { Claim::Sent } else { Claim::Held })
            }
            Err(error) => Err(failure(error)),
        }
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
