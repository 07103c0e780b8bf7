//! Writing into a conversation: what must be known before, and the one transaction that does it.

use async_trait::async_trait;

use crate::domain::conversation::{ClientId, Conversation, Message};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::error::Result;

/// Everything that a send depends on, from one strongly consistent read.
#[derive(Clone, Debug)]
pub struct SendView {
    /// The conversation, if the sender takes part in it.
    pub conversation: Option<Conversation>,
    /// What was stored under the same `client_id`s before, in no particular order.
    pub earlier: Vec<Message>,
}

/// Everything that the change of a message depends on, likewise.
#[derive(Clone, Debug)]
pub struct AmendView {
    pub conversation: Option<Conversation>,
    /// The entry with the number that is asked for.
    pub message: Option<Message>,
}

#[async_trait]
pub trait Messages: Send + Sync {
    async fn view(&self, conversation_id: ConversationId, sender: UserId, client_ids: &[ClientId]) -> Result<SendView>;

    async fn amend_view(&self, conversation_id: ConversationId, sender: UserId, seq: u64) -> Result<AmendView>;

    /// Stores messages of one sender as the successors of what `conversation` shows, moves the sender's marks, and
    /// promises `entry`: all or nothing. Answers false, with nothing stored, if the conversation has moved on, is closed,
    /// has lost the sender, or knows one of the `client_id`s by now; the caller looks again. After an error nobody knows:
    /// the caller looks again, too.
    async fn append(&self, conversation: &Conversation, messages: &[Message], entry: &OutboxEntry) -> Result<bool>;

    /// Replaces a message by `amended` and stores `told`, the entry that tells of it, on the same terms.
    async fn amend(
        &self,
        conversation: &Conversation,
        amended: &Message,
        told: &Message,
        entry: &OutboxEntry,
    ) -> Result<bool>;
}
