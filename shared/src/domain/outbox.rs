//! Promised side effects. The transaction that changes state also writes one of these; a queue carries it out.
//!
//! An entry names its subject by id and holds no personal data: whoever does the work reads the rest afresh.

use serde::{Deserialize, Serialize};

use super::id::{ConversationId, OutboxId, SessionId, UserId};
use super::time::Timestamp;

/// The rows of a minute are spread over this many partitions, so that no single one takes every write.
pub const SHARDS: u8 = 8;

/// What is to be done, with the ids it is to be done for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Effect {
    /// Mail a verification code to a pending account.
    #[serde(rename = "mail.verify")]
    MailVerify { user_id: UserId },
    /// Tell the owner of an address that somebody tried to register it again.
    #[serde(rename = "mail.address-taken")]
    MailAddressTaken { user_id: UserId },
    /// Warn the owner that an old refresh token was used and the session has been ended.
    #[serde(rename = "mail.session-revoked")]
    MailSessionRevoked { user_id: UserId },
    /// Tell both people of a match on their sockets.
    #[serde(rename = "match.new")]
    MatchNew { conversation_id: ConversationId, user_ids: [UserId; 2] },
    /// Close the sockets of a session that has ended.
    #[serde(rename = "session.ended")]
    SessionEnded { user_id: UserId, session_id: SessionId },
    /// Deliver a committed message to the sockets of its conversation.
    #[serde(rename = "message.new")]
    MessageNew { conversation_id: ConversationId, seq: u64 },
}

impl Effect {
    /// The name under which the effect is stored, filtered and logged.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::MailVerify { .. } => "mail.verify",
            Self::MailAddressTaken { .. } => "mail.address-taken",
            Self::MailSessionRevoked { .. } => "mail.session-revoked",
            Self::MatchNew { .. } => "match.new",
            Self::SessionEnded { .. } => "session.ended",
            Self::MessageNew { .. } => "message.new",
        }
    }

    pub const fn lane(&self) -> Lane {
        match self {
            Self::MailVerify { .. } | Self::MailAddressTaken { .. } | Self::MailSessionRevoked { .. } => Lane::Mail,
            Self::MatchNew { .. } | Self::SessionEnded { .. } | Self::MessageNew { .. } => Lane::Push,
        }
    }
}

/// The queue that carries an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    Mail,
    Push,
}

/// One committed promise: written with the state change, relayed to its queue, deleted by whoever keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    pub id: OutboxId,
    pub created_at: Timestamp,
    /// The request that made the promise, to follow it through the logs.
    pub request_id: Option<String>,
    #[serde(flatten)]
    pub effect: Effect,
}

impl OutboxEntry {
    /// The minute in which the entry was written, and with it where a sweep looks for it.
    pub const fn minute(&self) -> u64 {
        self.created_at.unix_seconds() / 60
    }

    /// Which of the [`SHARDS`] the entry lies in; ids are random at their end, so this spreads evenly.
    pub fn shard(&self) -> u8 {
        self.id.as_uuid().as_bytes()[15] % SHARDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    #[test]
    fn the_stored_kind_is_the_kind_that_filters_name() {
        let user_id = UserId::from_parts(Timestamp::from_unix_millis(1), [1; 10]);
        let conversation_id = ConversationId::from_parts(Timestamp::from_unix_millis(1), [2; 10]);
        let effects = [
            Effect::MailVerify { user_id },
            Effect::MailAddressTaken { user_id },
            Effect::MailSessionRevoked { user_id },
            Effect::MatchNew { conversation_id, user_ids: [user_id, user_id] },
            Effect::SessionEnded { user_id, session_id: SessionId::from_parts(Timestamp::from_unix_millis(1), [3; 10]) },
            Effect::MessageNew { conversation_id, seq: 1 },
        ];
        for effect in effects {
            assert_eq!(serde_json::to_value(&effect).unwrap()["kind"], effect.kind());
        }
    }
}
