//! Likes that somebody has received and not answered.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// One line in the list of those who wait for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceivedLike {
    /// Who likes.
    pub user_id: UserId,
    pub liked_at: Timestamp,
}

#[async_trait]
pub trait Likes: Send + Sync {
    /// Who likes `user_id`, the newest accounts first, before this one, at most `limit`. It may lag behind a moment, and says
    /// nothing of whether the two may see each other: callers ask the pairs.
    async fn received(&self, user_id: UserId, before: Option<UserId>, limit: usize) -> Result<Vec<ReceivedLike>>;
}
