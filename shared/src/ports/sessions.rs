//! Sessions: one row per sign-in.

use async_trait::async_trait;

use crate::domain::id::{SessionId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::session::{RefreshState, Session, SessionState};
use crate::domain::time::Timestamp;
use crate::error::Result;

#[async_trait]
pub trait Sessions: Send + Sync {
    /// Stores a new session, if the person's password still is the one with this hash; answers whether it is. A sign-in
    /// that overlaps with a change of the password MUST NOT survive it.
    async fn create(&self, session: &Session, password_hash: Option<&str>) -> Result<bool>;

    /// All sessions of a person that have not expired, ended ones included. Strongly consistent.
    async fn all_of(&self, user_id: UserId) -> Result<Vec<Session>>;

    /// Strongly consistent: what was ended a moment ago is ended here.
    async fn find(&self, user_id: UserId, session_id: SessionId) -> Result<Option<Session>>;

    /// Replaces the refresh state if its counter still is `expected`; answers whether it was.
    async fn rotate(&self, session: &Session, expected: u32, next: RefreshState, ends_at: Timestamp) -> Result<bool>;

    /// Ends a session for good and promises `entries` with it. Ending twice is no error and promises nothing.
    async fn end(&self, session: &Session, state: SessionState, entries: &[OutboxEntry]) -> Result<()>;
}
