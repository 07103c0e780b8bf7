//! Sessions: one row per sign-in.

use async_trait::async_trait;
use futures::future::try_join_all;

use crate::domain::id::{SessionId, UserId};
use crate::domain::outbox::{Effect, OutboxEntry};
use crate::domain::session::{RefreshState, Session, SessionState};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::ambient::Ambient;

/// How many sessions are ended at the same time.
const AT_ONCE: usize = 16;

/// What came of starting a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Started,
    /// The password is another one by now.
    PasswordChanged,
    /// The person is suspended or banned.
    Refused,
}

/// What came of rotating a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    Done,
    /// Somebody else rotated it, or the session has ended.
    Outdated,
    /// The person is suspended or banned.
    Refused,
}

#[async_trait]
pub trait Sessions: Send + Sync {
    /// Stores a new session, if the person's password still is the one with this hash and nobody keeps them out. A
    /// sign-in that overlaps with a change of the password or with a sanction MUST NOT survive it.
    async fn create(&self, session: &Session, password_hash: Option<&str>) -> Result<Start>;

    /// All sessions of a person that have not expired, ended ones included. Strongly consistent.
    async fn all_of(&self, user_id: UserId) -> Result<Vec<Session>>;

    /// Strongly consistent: what was ended a moment ago is ended here.
    async fn find(&self, user_id: UserId, session_id: SessionId) -> Result<Option<Session>>;

    /// Replaces the refresh state if its counter still is `expected` and nobody keeps the person out.
    async fn rotate(
        &self,
        session: &Session,
        expected: u32,
        next: RefreshState,
        ends_at: Timestamp,
    ) -> Result<Rotation>;

    /// Ends a session for good and promises `entries` with it. Ending twice is no error and promises nothing.
    async fn end(&self, session: &Session, state: SessionState, entries: &[OutboxEntry]) -> Result<()>;

    /// The sessions in which a person is signed in.
    async fn live_of(&self, user_id: UserId, ambient: &Ambient) -> Result<Vec<Session>> {
        let now = ambient.now();
        Ok(self.all_of(user_id).await?.into_iter().filter(|session| session.is_live(now)).collect())
    }

    /// Ends a session and has its sockets closed.
    async fn hang_up(&self, session: &Session, state: SessionState, ambient: &Ambient) -> Result<()> {
        self.end(session, state, &[ambient.promise(Effect::Push(session.ended()))]).await
    }

    /// Ends every session of a person but one, or all of them, and has their sockets closed.
    async fn hang_up_all(
        &self,
        user_id: UserId,
        except: Option<SessionId>,
        state: SessionState,
        ambient: &Ambient,
    ) -> Result<()> {
        let mut ending = self.live_of(user_id, ambient).await?;
        ending.retain(|session| Some(session.session_id) != except);
        for some in ending.chunks(AT_ONCE) {
            try_join_all(some.iter().map(|session| self.hang_up(session, state, ambient))).await?;
        }
        Ok(())
    }
}
