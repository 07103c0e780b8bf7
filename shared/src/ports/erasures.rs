//! Erasing people: that it is to be done, how far it has come, and the places where something is known of them.

use async_trait::async_trait;

use crate::domain::erasure::Erasure;
use crate::domain::id::UserId;
use crate::domain::outbox::OutboxEntry;
use crate::error::Result;

#[async_trait]
pub trait ErasureRequests: Send + Sync {
    /// Begins an erasure. In one stroke the account can be signed in to no more, the profile is hidden, and the job and the
    /// mail that says goodbye are promised. Answers whether it has begun: MUST refuse what is no account in good standing,
    /// which one that is being erased already is not.
    async fn begin(&self, erasure: &Erasure, job: &OutboxEntry) -> Result<bool>;
}

#[async_trait]
pub trait Erasures: Send + Sync {
    /// The erasure of somebody, under way or done. Strongly consistent.
    async fn find(&self, user_id: UserId) -> Result<Option<Erasure>>;

    /// Stores that one more step is done, unless somebody else has done so; answers whether it was stored.
    async fn advance(&self, after: &Erasure) -> Result<bool>;

    /// Whether the mail that says goodbye was sent or has lost its sense.
    async fn is_farewell_said(&self, erasure: &Erasure) -> Result<bool>;
}

/// Who was erased, kept apart from the tables: what is restored of these knows nothing of what came later.
#[async_trait]
pub trait ErasureLedger: Send + Sync {
    /// Notes that somebody is being erased. Doing it twice does it once.
    async fn note(&self, erasure: &Erasure) -> Result<()>;
}

/// What is left in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    Nothing,
    /// There may be more; asking again goes on.
    More,
}

/// A place where something is known of people.
#[async_trait]
pub trait Traces: Send + Sync {
    /// Takes away a part of what is known of somebody here, so much that it takes seconds. MUST be harmless when it is done
    /// again, by two at once, or anew after it died half-way, and MUST NOT answer that nothing is left before that is so.
    async fn erase(&self, user_id: UserId) -> Result<Left>;
}
