//! What staff does to people.

use async_trait::async_trait;

use crate::domain::account::Role;
use crate::domain::audit::{AuditEntry, Month};
use crate::domain::id::AuditId;
use crate::domain::outbox::OutboxEntry;
use crate::error::Result;

/// What became of an act of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enacted {
    /// It is done, and noted in the audit.
    Done,
    /// Nothing is done and nothing noted: actor or subject are not what they were when the act was allowed.
    Outdated,
}

#[async_trait]
pub trait Moderation: Send + Sync {
    /// Gives or takes a role, imposes or lifts a sanction, as the entry says, notes the entry, and makes the promises: all
    /// or nothing. MUST refuse unless the actor still may act as `by`, and is above a person to be sanctioned or signed out.
    /// Sessions are not ended by it: it notes that they are about to be.
    async fn enact(&self, entry: &AuditEntry, by: Role, promises: &[OutboxEntry]) -> Result<Enacted>;
}

#[async_trait]
pub trait Audit: Send + Sync {
    /// Notes what staff is about to read. MUST have stored the entry for good when it succeeds; what is read MUST NOT be
    /// shown otherwise.
    async fn note(&self, entry: &AuditEntry) -> Result<()>;

    /// The acts of a month, the oldest first, at most `limit` of those that follow `after`.
    async fn of_month(&self, month: &Month, after: Option<AuditId>, limit: usize) -> Result<Vec<AuditEntry>>;
}
