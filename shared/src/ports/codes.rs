//! Codes between the function that mails them and the one that checks them.

use async_trait::async_trait;

use crate::domain::code::{CodePurpose, ConfirmationCode};
use crate::domain::id::{ChallengeId, UserId};
use crate::error::Result;

#[async_trait]
pub trait Codes: Send + Sync {
    /// Adds a code that is about to be mailed to `user_id`. Only the last
    /// [`VALID_CODES`](crate::domain::code::VALID_CODES) count. MUST NOT give tries back.
    async fn add(
        &self,
        challenge_id: ChallengeId,
        purpose: CodePurpose,
        user_id: UserId,
        code: &ConfirmationCode,
    ) -> Result<()>;

    /// Spends one try and answers whose code it is, if it is valid now. MUST count the try before comparing, so that
    /// parallel guesses cannot share one.
    async fn check(
        &self,
        challenge_id: ChallengeId,
        purpose: CodePurpose,
        code: &ConfirmationCode,
    ) -> Result<Option<UserId>>;

    /// Forgets the codes of a challenge, because one of them was used; answers whether there were any. MUST answer so to
    /// one caller only, however many use a code at the same moment.
    async fn clear(&self, challenge_id: ChallengeId, purpose: CodePurpose) -> Result<bool>;
}
