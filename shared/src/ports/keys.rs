//! The public keys of access tokens, for everybody who verifies one.

use async_trait::async_trait;

use crate::domain::token::PublicKey;
use crate::error::Result;

#[async_trait]
pub trait PublicKeys: Send + Sync {
    async fn all(&self) -> Result<Vec<PublicKey>>;

    /// Adds a key. Publishing one that is there already changes nothing.
    async fn publish(&self, key: &PublicKey) -> Result<()>;
}
