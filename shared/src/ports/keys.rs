//! Keys of access tokens: the private ones for `auth` and `keys-rotate`, the public ones for everybody.

use async_trait::async_trait;

use crate::domain::keys::{Keyring, PublishedKey};
use crate::error::Result;

#[async_trait]
pub trait PublicKeys: Send + Sync {
    /// Every published key. MUST include one that was published a moment ago: a token may follow its key at once.
    async fn all(&self) -> Result<Vec<PublishedKey>>;

    /// Adds a key. One that is there already stays as it is.
    async fn publish(&self, key: &PublishedKey) -> Result<()>;

    /// Removes a key. Removing it twice is no error.
    async fn withdraw(&self, kid: &str) -> Result<()>;
}

/// Where the private keys are kept.
#[async_trait]
pub trait KeyVault: Send + Sync {
    /// The keyring as it is now, or was a moment ago.
    async fn read(&self) -> Result<StoredRing>;

    /// Stores what follows the version `before`, and answers whether it did. MUST NOT store two rings that follow the
    /// same version, whoever asks at the same time and however stale the reads were that led there.
    async fn replace(&self, before: &str, ring: &Keyring) -> Result<bool>;
}

#[derive(Debug)]
pub struct StoredRing {
    pub ring: Keyring,
    pub version: String,
}
