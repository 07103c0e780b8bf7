//! Verification codes between the function that mails them and the one that checks them.

use async_trait::async_trait;

use crate::domain::code::ConfirmationCode;
use crate::domain::id::UserId;
use crate::error::Result;

#[async_trait]
pub trait Codes: Send + Sync {
    /// Adds a code that is about to be mailed. Only the last [`VALID_CODES`](crate::domain::code::VALID_CODES) count.
    /// MUST NOT give tries back.
    async fn add(&self, user_id: UserId, code: &ConfirmationCode) -> Result<()>;

    /// Spends one try and says whether `code` is valid now. MUST count the try before comparing, so that parallel
    /// guesses cannot share one.
    async fn check(&self, user_id: UserId, code: &ConfirmationCode) -> Result<bool>;

    /// Forgets all codes of a person: one of them was used.
    async fn clear(&self, user_id: UserId) -> Result<()>;
}
