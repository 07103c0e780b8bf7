//! Links in mails that end digests.

use async_trait::async_trait;

use crate::domain::unsubscription::UnsubscribeToken;
use crate::error::Result;

#[async_trait]
pub trait Unsubscriptions: Send + Sync {
    /// Lets the token end digests for [`UNSUBSCRIBE_LIFETIME`](crate::domain::unsubscription::UNSUBSCRIBE_LIFETIME). MUST
    /// keep neither the token nor whose it is.
    async fn issue(&self, token: &UnsubscribeToken) -> Result<()>;

    /// Whether this token was issued and has not expired. It may be used again.
    async fn knows(&self, token: &UnsubscribeToken) -> Result<bool>;
}
