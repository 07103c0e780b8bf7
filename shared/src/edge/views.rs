//! What several functions show alike.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::conversation::Message;
use crate::domain::id::{ConversationId, MessageId, UserId};
use crate::domain::time::Timestamp;

/// A chat message, the same over HTTP and in `ack` and `message.new` frames.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageView {
    pub conversation_id: ConversationId,
    /// The number in the conversation: without gaps, the same order for every reader.
    pub seq: u64,
    pub message_id: MessageId,
    pub sender_id: UserId,
    pub client_id: String,
    pub text: String,
    pub sent_at: Timestamp,
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> Self {
        Self {
            conversation_id: message.conversation_id,
            seq: message.seq,
            message_id: message.message_id,
            sender_id: message.sender_id,
            client_id: message.client_id.as_str().to_owned(),
            text: message.text.as_str().to_owned(),
            sent_at: message.sent_at,
        }
    }
}
