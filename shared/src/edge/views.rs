//! What several functions show alike, over HTTP and in frames.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation::{Content, Message};
use crate::domain::id::{ConversationId, MessageId, UserId};
use crate::domain::time::Timestamp;

/// An entry of a conversation: a message, or what became of one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageView {
    pub conversation_id: ConversationId,
    /// The number in the conversation: without gaps, the same order for every reader.
    pub seq: u64,
    pub message_id: MessageId,
    /// All zeros of somebody who has erased their account, and with it the text.
    pub sender_id: UserId,
    pub kind: MessageKind,
    /// The name that the sender's client gave the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The text; of an edit, what the message says now. Left out where there is nothing to be read any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The number of the message that an edit or a deletion is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    pub sent_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// A message with its text.
    Text,
    /// A message whose sender has taken it back, or has erased their account.
    Deleted,
    /// Tells that an earlier message has another text now.
    Edit,
    /// Tells that an earlier message is deleted.
    Deletion,
}

/// What a sender gets for a message that is stored for good.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Receipt {
    pub client_id: String,
    /// The number in the conversation.
    pub seq: u64,
    pub message_id: MessageId,
    pub sent_at: Timestamp,
}

/// The receipts of what was sent together, in its order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Receipts {
    pub conversation_id: ConversationId,
    pub messages: Vec<Receipt>,
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        let (kind, of, edited_at, deleted_at) = match message.content {
            Content::Text { edited_at, .. } => (MessageKind::Text, None, edited_at, None),
            Content::Deleted { deleted_at, .. } => (MessageKind::Deleted, None, None, Some(deleted_at)),
            Content::Edit { of, .. } => (MessageKind::Edit, Some(of), None, None),
            Content::Deletion { of } => (MessageKind::Deletion, Some(of), None, None),
        };
        Self {
            conversation_id: message.conversation_id,
            seq: message.seq,
            message_id: message.message_id,
            sender_id: message.sender_id,
            kind,
            client_id: message.client_id().map(|client_id| client_id.as_str().to_owned()),
            text: message.text().map(|text| text.as_str().to_owned()),
            of,
            sent_at: message.sent_at,
            edited_at,
            deleted_at,
        }
    }
}

impl Receipts {
    pub fn of(conversation_id: ConversationId, messages: &[Message]) -> Self {
        let receipt = |message: &Message| Receipt {
            client_id: message.client_id().map_or_else(String::new, |id| id.as_str().to_owned()),
            seq: message.seq,
            message_id: message.message_id,
            sent_at: message.sent_at,
        };
        Self { conversation_id, messages: messages.iter().map(receipt).collect() }
    }
}
