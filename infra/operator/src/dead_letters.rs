//! What failed five times: counted, looked at, put back into the queue it came from, or done away with.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::adapters::aws::Aws;
use shared::adapters::dead_letters::SqsDeadLetters;
use shared::adapters::dynamo::{self, DynamoOutbox};
use shared::adapters::system::SystemClock;
use shared::config::{DeadLettersConfig, Vars};
use shared::domain::dead_letter::DeadLetterQueue;
use shared::ports::dead_letters::DeadLetters as _;

use crate::failure::Failure;

/// What is to be done about them, and in which system.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Care {
    /// The variables by which functions know the queues.
    pub queues: BTreeMap<String, String>,
    /// The table of promises: whoever discards a letter gives up the one that it carries.
    pub outbox: String,
    pub act: Act,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    List,
    Show { queue: String, limit: usize },
    Redrive { queue: String, limit: usize },
    Discard { queue: String, message_id: String },
}

pub async fn care(aws: &Aws, order: &Care, tell: &(dyn Fn(String) + Sync)) -> Result<(), Failure> {
    let mut vars: Vars = order.queues.clone().into_iter().collect();
    let config = DeadLettersConfig::read(&mut vars);
    vars.finish().map_err(|error| {
        Failure::new(format!("the stack does not say what its queues are: {error}"))
            .remedy("name a stack that was deployed from this repository's template.yaml")
    })?;
    let outbox = DynamoOutbox::new(dynamo::Table::new(aws, order.outbox.clone(), Arc::new(SystemClock)));
    let letters = SqsDeadLetters::new(aws, config, outbox);
    match &order.act {
        Act::List => list(&letters, tell).await,
        Act::Show { queue, limit } => show(&letters, named(queue)?, *limit, tell).await,
        Act::Redrive { queue, limit } => {
            let moved = letters.redrive(named(queue)?, *limit).await?;
            tell(format!("{moved} put back. What fails five times again comes back to `{queue}`."));
            Ok(())
        }
        Act::Discard { queue, message_id } => discard(&letters, named(queue)?, message_id, tell).await,
    }
}

async fn list(letters: &SqsDeadLetters, tell: &(dyn Fn(String) + Sync)) -> Result<(), Failure> {
    let width = DeadLetterQueue::ALL.iter().map(|queue| queue.as_str().len()).max().unwrap_or_default();
    tell(format!("{:width$}  messages", "queue"));
    for queue in DeadLetterQueue::ALL {
        tell(format!("{:width$}  {:>8}", queue.as_str(), letters.count(queue).await?));
    }
    Ok(())
}

async fn show(
    letters: &SqsDeadLetters,
    queue: DeadLetterQueue,
    limit: usize,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    let letters = letters.read(queue, limit).await?;
    if letters.is_empty() {
        tell(format!("Nothing rests in `{}`, or somebody is looking at it.", queue.as_str()));
    }
    for letter in letters {
        let source = letter.came_from.as_deref().unwrap_or("nobody knows where");
        tell(format!("{}  sent {} to {source}\n  {}", letter.message_id, letter.sent_at, letter.body));
    }
    Ok(())
}

/// Looks through all of them, however many there are.
async fn discard(
    letters: &SqsDeadLetters,
    queue: DeadLetterQueue,
    message_id: &str,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    // The count is approximate, and late.
    let about = usize::try_from(letters.count(queue).await?).unwrap_or(usize::MAX);
    let found = letters.take_among(queue, message_id, about.saturating_mul(2).max(AT_LEAST)).await?;
    let Some(letter) = found else {
        return Err(Failure::new(format!("no message {message_id} rests in `{}`", queue.as_str()))
            .remedy("see `cargo xtask dlq show`; what somebody else looks at is out of sight for half a minute"));
    };
    letters.discard(queue, letter).await?;
    tell(format!("{message_id} is gone."));
    Ok(())
}

/// How many are looked through for one, whatever the count says.
const AT_LEAST: usize = 500;

fn named(queue: &str) -> Result<DeadLetterQueue, Failure> {
    DeadLetterQueue::parse(queue).map_err(|_| {
        let names = DeadLetterQueue::ALL.map(DeadLetterQueue::as_str).join(", ");
        Failure::new(format!("there is no dead-letter queue `{queue}`")).remedy(format!("name one of these: {names}"))
    })
}
