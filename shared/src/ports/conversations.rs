//! Conversations and messages, for readers.

use async_trait::async_trait;

use crate::domain::conversation::{Conversation, Message};
use crate::domain::id::{ConversationId, UserId};
use crate::error::Result;

/// A conversation as one member sees it in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxLine {
    pub conversation: Conversation,
    /// How many messages this member has not read.
    pub unread: u64,
}

#[async_trait]
pub trait Conversations: Send + Sync {
    /// The conversations of a person, the one with the newest message first.
    async fn inbox(&self, user_id: UserId) -> Result<Vec<InboxLine>>;

    /// Strongly consistent.
    async fn find(&self, conversation_id: ConversationId) -> Result<Option<Conversation>>;

    /// Messages with a number greater than `after`, in order, at most `limit`. Strongly consistent.
    async fn history(&self, conversation_id: ConversationId, after: u64, limit: usize) -> Result<Vec<Message>>;
}
