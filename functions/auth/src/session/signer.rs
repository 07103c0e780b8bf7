//! Who signs now: the private key whose public half has been published for long enough.
//!
//! A warm environment notices rotations by itself. Which key is to sign is read from the published keys every few seconds;
//! its seed comes from the secret, which is read again when it lacks that seed or has not been looked at for a while. What
//! cannot be read is done without for as long as a key is at hand that may sign.

use std::sync::Arc;
use std::time::Duration;

use shared::domain::keys::{self, Keyring, PublishedKey};
use shared::domain::time::Timestamp;
use shared::domain::token::{Claims, PublicKey};
use shared::error::{Error, Result};
use shared::ports::keys::{KeyVault, PublicKeys};
use shared::telemetry;
use tokio::sync::Mutex;

/// For how long the published keys are believed to be all: a leaked key that was withdrawn signs no longer than this.
const PUBLISHED_CACHE: Duration = Duration::from_secs(5);
/// After this time the secret is read again in any case: announced seeds come in, dropped ones leave the memory.
const RING_CACHE: Duration = Duration::from_mins(5);
/// A seed that is missing is looked for at most this often.
const RING_REFRESH: Duration = Duration::from_secs(5);

pub(super) struct Signer {
    vault: Arc<dyn KeyVault>,
    published: Arc<dyn PublicKeys>,
    /// Held while reading, so that requests at the same time read once.
    known: Mutex<Known>,
}

struct Known {
    ring: Keyring,
    /// When the ring was read, or could not be.
    ring_tried_at: Timestamp,
    published: Vec<PublishedKey>,
    published_at: Option<Timestamp>,
}

impl Signer {
    pub(super) fn new(ring: Keyring, vault: Arc<dyn KeyVault>, published: Arc<dyn PublicKeys>, now: Timestamp) -> Self {
        let known = Known { ring, ring_tried_at: now, published: Vec::new(), published_at: None };
        Self { vault, published, known: Mutex::new(known) }
    }

    pub(super) async fn sign(&self, claims: &Claims, now: Timestamp) -> Result<String> {
        let mut known = self.known.lock().await;
        self.read_published(&mut known, now).await?;
        self.read_ring(&mut known, now).await;
        if known.signer(now).is_none() {
            self.introduce(&mut known, now).await?;
        }
        let kid = known.signer(now).map(PublishedKey::kid);
        let key = kid.and_then(|kid| known.ring.key(kid));
        key.ok_or_else(|| Error::unavailable("no published key is at hand to sign with"))?.sign(claims)
    }

    pub(super) async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        Ok(self.published.all().await?.into_iter().map(|key| key.public).collect())
    }

    async fn read_published(&self, known: &mut Known, now: Timestamp) -> Result<()> {
        if known.published_at.is_none_or(|read_at| now.since(read_at) >= PUBLISHED_CACHE) {
            known.published = self.published.all().await?;
            known.published_at = Some(now);
        }
        Ok(())
    }

    /// Reads the secret again when that is due; one that cannot be read leaves the keys that are known.
    async fn read_ring(&self, known: &mut Known, now: Timestamp) {
        let signer = keys::signer(&known.published, |_| true, now);
        let is_missing = signer.is_some_and(|key| !known.ring.holds(key.kid()));
        let cache = if is_missing { RING_REFRESH } else { RING_CACHE };
        if now.since(known.ring_tried_at) < cache {
            return;
        }
        known.ring_tried_at = now;
        match self.vault.read().await {
            Ok(stored) => known.ring = stored.ring,
            Err(error) => {
                telemetry::report(&error);
                tracing::warn!(keys.kept = known.ring.generations().count(), "the signing secret could not be read");
            }
        }
    }

    /// Publishes the newest key by itself where no key could sign: in a fresh deployment, or after a rotation that was cut
    /// short. Nobody could verify a token whose key is unknown, so this comes before the first token.
    async fn introduce(&self, known: &mut Known, now: Timestamp) -> Result<()> {
        let newest = known.ring.newest();
        if keys::may_introduce(newest, &known.published) {
            self.published.publish(&PublishedKey::at_once(newest.key.public(), now)).await?;
            known.published = self.published.all().await?;
        }
        Ok(())
    }
}

impl Known {
    fn signer(&self, now: Timestamp) -> Option<&PublishedKey> {
        keys::signer(&self.published, |kid| self.ring.holds(kid), now)
    }
}

#[cfg(test)]
#[path = "signer_tests.rs"]
mod tests;
