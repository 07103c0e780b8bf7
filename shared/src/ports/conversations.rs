//! Conversations and what was said in them, for readers. Everything here is strongly consistent.

use async_trait::async_trait;

use crate::domain::conversation::{Conversation, Message, Participant};
use crate::domain::id::{ConversationId, UserId};
use crate::error::Result;

/// A conversation as one of those who take part sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    pub conversation: Conversation,
    pub own: Participant,
}

/// A conversation in somebody's inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxLine {
    pub seat: Seat,
    /// The marks of the other one, if two people talk.
    pub other: Option<Participant>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxPage {
    pub lines: Vec<InboxLine>,
    /// The `before` of the next page, if there may be more.
    pub next: Option<ConversationId>,
}

#[async_trait]
pub trait Conversations: Send + Sync {
    /// The conversations of a person in the order of their ids, the newest first; at most `limit` of those that are older
    /// than `before`.
    async fn inbox(&self, user_id: UserId, before: Option<ConversationId>, limit: usize) -> Result<InboxPage>;

    async fn find(&self, conversation_id: ConversationId) -> Result<Option<Conversation>>;

    /// The conversation with somebody's own marks. Nothing if they do not take part in it.
    async fn seat(&self, conversation_id: ConversationId, user_id: UserId) -> Result<Option<Seat>>;

    /// Everybody who takes part, to be told of something.
    async fn members(&self, conversation: &Conversation) -> Result<Vec<UserId>>;

    /// The marks of those who take part, at most `limit` of them, in the order of their ids.
    async fn participants(&self, conversation_id: ConversationId, limit: usize) -> Result<Vec<Participant>>;

    /// Whether all of these people take or took part.
    async fn have_met_in(&self, conversation_id: ConversationId, people: &[UserId]) -> Result<bool>;

    /// Entries with a number greater than `after`, in order, at most `limit`; edits with the text as it is now.
    async fn history(&self, conversation_id: ConversationId, after: u64, limit: usize) -> Result<Vec<Message>>;
}
