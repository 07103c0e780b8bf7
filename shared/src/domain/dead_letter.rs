//! Work that failed as often as its queue allows, and rests where somebody can look at it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fields::Refusal;
use super::outbox::OutboxEntry;
use super::time::Timestamp;

/// Where it rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeadLetterQueue {
    /// Mails, and what providers said about mails.
    Mail,
    Push,
    Embed,
    Photo,
    /// Copies of one's data, and erasures.
    Account,
    Backup,
}

impl DeadLetterQueue {
    pub const ALL: [Self; 6] = [Self::Mail, Self::Push, Self::Embed, Self::Photo, Self::Account, Self::Backup];

    /// The stable name: for admins, in the audit, and for operators.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Push => "push",
            Self::Embed => "embed",
            Self::Photo => "photo",
            Self::Account => "account",
            Self::Backup => "backup",
        }
    }

    /// The queue with this name, or a refusal that says which there are.
    pub fn parse(name: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|queue| queue.as_str() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("queue must be one of {names}").into()
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    pub message_id: String,
    /// When it was sent into the queue in which it failed.
    pub sent_at: Timestamp,
    /// The name of the queue in which it failed.
    pub came_from: Option<String>,
    /// What was to be done: ids, or what nobody could read.
    pub body: String,
}

/// One that is out of everybody else's sight for a moment.
#[derive(Debug, PartialEq, Eq)]
pub struct HeldLetter {
    /// What the queue knows the hold by.
    pub receipt: String,
    /// The promise that was to be kept. What does not come from the outbox, or cannot be read, has none.
    pub promise: Option<OutboxEntry>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_are_known_by_their_names() {
        for queue in DeadLetterQueue::ALL {
            assert_eq!(DeadLetterQueue::parse(queue.as_str()).ok(), Some(queue));
            assert_eq!(serde_json::to_value(queue).unwrap(), queue.as_str(), "the audit calls it by the same name");
        }
        let refusal = DeadLetterQueue::parse("letters").unwrap_err();
        assert_eq!(refusal, "queue must be one of mail, push, embed, photo, account, backup");
    }
}
