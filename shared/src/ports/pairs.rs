//! What two people think of each other, and the lists that follow from it.

use async_trait::async_trait;

use crate::domain::id::{ConversationId, UserId};
use crate::domain::matching::Lesson;
use crate::domain::outbox::OutboxEntry;
use crate::domain::pair::Pair;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// One line in the list of people somebody is connected with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedPerson {
    pub user_id: UserId,
    pub conversation_id: ConversationId,
    pub matched_at: Timestamp,
    /// What they wrote when they liked.
    pub intro: Option<String>,
}

/// One line in the list of people somebody has blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedPerson {
    pub user_id: UserId,
    pub blocked_at: Timestamp,
}

/// What follows from a change of a pair, beside what the pair itself says.
#[derive(Clone, Debug, Default)]
pub struct Consequences {
    pub promise: Option<OutboxEntry>,
    /// What one of the two teaches by their answer or by taking it back, and who.
    pub lesson: Option<(UserId, Lesson)>,
}

#[async_trait]
pub trait Pairs: Send + Sync {
    /// The pair, or strangers. Strongly consistent.
    async fn find(&self, a: UserId, b: UserId) -> Result<Pair>;

    /// The pairs of one person with others. Strongly consistent; strangers are left out.
    async fn find_many(&self, user_id: UserId, others: &[UserId]) -> Result<Vec<Pair>>;

    /// Replaces `before` by `after` with everything that follows from it — the lists of both, the conversation that opens or
    /// closes, the promise, the answer and what is learned from it, the return of somebody unblocked — or nothing at all.
    /// Answers false if somebody was faster than `before`, or than what the lesson replaces.
    async fn replace(&self, before: &Pair, after: &Pair, consequences: &Consequences) -> Result<bool>;

    /// Whom somebody has liked or passed, at most some thousands of them. Strongly consistent: an answer that was taken back
    /// must not keep its subject out of the very next list.
    async fn answered_by(&self, user_id: UserId) -> Result<Vec<UserId>>;

    async fn connections_of(&self, user_id: UserId) -> Result<Vec<ConnectedPerson>>;

    async fn blocks_of(&self, user_id: UserId) -> Result<Vec<BlockedPerson>>;
}
