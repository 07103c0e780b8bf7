//! Digests: who is due for one, and what became of it.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::outbox::OutboxEntry;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Where somebody's digests stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestState {
    pub settings: Settings,
    /// When the next one is due.
    pub due: Timestamp,
    /// Up to when the last one has told what is new.
    pub seen: Timestamp,
}

/// A mail that is promised, and up to when it tells what is new.
#[derive(Clone, Debug)]
pub struct DigestMail {
    pub promise: OutboxEntry,
    pub seen: Timestamp,
}

#[async_trait]
pub trait Digests: Send + Sync {
    /// Who is due, the longest first, at most about `limit` people. It may lag behind a moment; callers ask
    /// [`Self::find_many`].
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<UserId>>;

    /// Those among `user_ids` for whom a digest is due at some time. Strongly consistent.
    async fn find_many(&self, user_ids: &[UserId]) -> Result<Vec<DigestState>>;

    /// Moves the due time on, and promises the mail with the same stroke, if nobody has moved it or changed the settings
    /// since `before` was read; answers whether it did. MUST NOT bring back somebody who was erased.
    async fn advance(&self, before: &DigestState, next: Option<Timestamp>, mail: Option<&DigestMail>) -> Result<bool>;
}
