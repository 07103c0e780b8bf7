//! What admins do to the caches, each act noted in the audit with the same stroke.

use async_trait::async_trait;

use crate::domain::audit::AuditEntry;
use crate::domain::cache::Family;
use crate::domain::id::UserId;
use crate::error::Result;
use crate::ports::moderation::Enacted;

#[async_trait]
pub trait CacheKeeper: Send + Sync {
    /// Makes everything unreachable that is kept in a family, for the very next request, by counting its generation up. MUST
    /// refuse when the actor is no admin.
    async fn clear(&self, family: Family, entry: &AuditEntry) -> Result<Enacted>;

    /// Wishes that somebody's list is made ahead within the next hour. MUST refuse when the actor is no admin.
    async fn wish(&self, user_id: UserId, entry: &AuditEntry) -> Result<Enacted>;
}
