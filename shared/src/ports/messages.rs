//! Sending: what must be known before, and the one transaction that does it.

use async_trait::async_trait;

use crate::domain::conversation::{ClientId, Conversation, Message};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::error::Result;

/// Everything a send depends on, from one strongly consistent read.
#[derive(Clone, Debug)]
pub struct SendView {
    /// The conversation, if the sender is a member of it.
    pub conversation: Option<Conversation>,
    /// What was stored under the same `client_id` before.
    pub earlier: Option<Message>,
}

#[async_trait]
pub trait Messages: Send + Sync {
    async fn view(&self, conversation_id: ConversationId, sender: UserId, client_id: &ClientId) -> Result<SendView>;

    /// Stores `message` as the successor of what `conversation` shows, and promises `entry`: all or nothing. Answers
    /// false, with nothing stored, if the conversation has moved on, is closed, has lost the sender, or knows the
    /// `client_id` by now; the caller looks again. After an error nobody knows: the caller looks again, too.
    async fn append(&self, conversation: &Conversation, message: &Message, entry: &OutboxEntry) -> Result<bool>;
}
