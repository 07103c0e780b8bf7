//! What people's own answers have taught about them. A taste is shown to its owner and used for them, and for nobody else.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::matching::{Answer, Taste};
use crate::error::Result;

#[async_trait]
pub trait Tastes: Send + Sync {
    /// Strongly consistent: an answer counts in the very next list. Whoever has given none has the default.
    async fn find(&self, user_id: UserId) -> Result<Taste>;

    /// The taste, and what the person last answered about `other`, for the next answer. Strongly consistent.
    async fn before_answer(&self, user_id: UserId, other: UserId) -> Result<(Taste, Option<Answer>)>;
}

#[async_trait]
pub trait TasteKeeper: Send + Sync {
    /// Replaces a taste, if it still is `before`; answers whether it was. Answers are given at the same time: none of them
    /// may get lost.
    async fn replace(&self, user_id: UserId, before: &Taste, after: &Taste) -> Result<bool>;
}
