//! The items of the chat table, shared by those who open and close conversations and those who talk in them.

use serde::{Deserialize, Serialize};

use super::item::Key;
use crate::domain::conversation::{ClientId, Conversation, ConversationState, Message, MessageText};
use crate::domain::id::{ConversationId, MessageId, UserId};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredState {
    Open,
    Closed,
}

/// `CONV#c` / `META`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredMeta {
    pub(super) conversation_id: ConversationId,
    pub(super) state: StoredState,
    /// The number of the newest message; the next one gets the next number.
    pub(super) seq: u64,
    /// How many messages count as read or unread.
    pub(super) count: u64,
    pub(super) member_ids: Vec<UserId>,
    pub(super) created_at: Timestamp,
    #[serde(default)]
    pub(super) last: Option<StoredMessage>,
}

/// `CONV#c` / `MSG#<seq>`, and the last message inside `META`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredMessage {
    pub(super) seq: u64,
    pub(super) message_id: MessageId,
    pub(super) sender_id: UserId,
    pub(super) client_id: String,
    pub(super) text: String,
    pub(super) sent_at: Timestamp,
}

/// `CONV#c` / `MEMBER#u`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredMember {
    pub(super) user_id: UserId,
    pub(super) read_seq: u64,
    pub(super) read_n: u64,
}

/// `CONV#c` / `CID#<sender>#<client_id>`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredSend {
    pub(super) seq: u64,
}

/// `USER#u` / `CONV#c`
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredInboxLine {
    pub(super) conversation_id: ConversationId,
    pub(super) joined_at: Timestamp,
}

pub(super) fn meta_key(conversation_id: ConversationId) -> Key {
    Key::new(partition(conversation_id), "META")
}

/// Twenty digits hold every `u64`, so that messages sort by their numbers.
pub(super) fn message_key(conversation_id: ConversationId, seq: u64) -> Key {
    Key::new(partition(conversation_id), format!("MSG#{seq:020}"))
}

pub(super) fn member_key(conversation_id: ConversationId, user_id: UserId) -> Key {
    Key::new(partition(conversation_id), format!("MEMBER#{user_id}"))
}

pub(super) fn send_key(conversation_id: ConversationId, sender_id: UserId, client_id: &str) -> Key {
    Key::new(partition(conversation_id), format!("CID#{sender_id}#{client_id}"))
}

pub(super) fn inbox_key(user_id: UserId, conversation_id: ConversationId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("CONV#{conversation_id}"))
}

pub(super) fn partition(conversation_id: ConversationId) -> String {
    format!("CONV#{conversation_id}")
}

impl StoredMeta {
    pub(super) fn opened(conversation_id: ConversationId, member_ids: Vec<UserId>, at: Timestamp) -> Self {
        Self { conversation_id, state: StoredState::Open, seq: 0, count: 0, member_ids, created_at: at, last: None }
    }
}

impl StoredMember {
    pub(super) fn joined(user_id: UserId) -> Self {
        Self { user_id, read_seq: 0, read_n: 0 }
    }
}

impl StoredMessage {
    pub(super) fn restore(self, conversation_id: ConversationId) -> Result<Message> {
        Ok(Message {
            conversation_id,
            seq: self.seq,
            message_id: self.message_id,
            sender_id: self.sender_id,
            client_id: ClientId::parse(&self.client_id).map_err(Error::internal)?,
            text: MessageText::parse(&self.text).map_err(Error::internal)?,
            sent_at: self.sent_at,
        })
    }
}

impl From<&Message> for StoredMessage {
    fn from(message: &Message) -> Self {
        Self {
            seq: message.seq,
            message_id: message.message_id,
            sender_id: message.sender_id,
            client_id: message.client_id.as_str().to_owned(),
            text: message.text.as_str().to_owned(),
            sent_at: message.sent_at,
        }
    }
}

impl TryFrom<StoredMeta> for Conversation {
    type Error = Error;

    fn try_from(stored: StoredMeta) -> Result<Self> {
        Ok(Self {
            conversation_id: stored.conversation_id,
            state: match stored.state {
                StoredState::Open => ConversationState::Open,
                StoredState::Closed => ConversationState::Closed,
            },
            seq: stored.seq,
            count: stored.count,
            member_ids: stored.member_ids,
            created_at: stored.created_at,
            last: stored.last.map(|last| last.restore(stored.conversation_id)).transpose()?,
        })
    }
}
