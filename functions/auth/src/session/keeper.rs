//! Starts, finds and ends sessions, for everything that leads into one or out of it.

use std::sync::Arc;

use futures::future::try_join_all;
use shared::domain::id::{SessionId, UserId};
use shared::domain::outbox::Effect;
use shared::domain::session::{Client, LIFETIME, RefreshState, RefreshToken, Session, SessionState};
use shared::error::{Code, Result};
use shared::ports::ambient::Ambient;
use shared::ports::sessions::Sessions;

use super::tokens::{TokenPair, Tokens};

pub struct Keeper {
    pub(crate) sessions: Arc<dyn Sessions>,
    pub(crate) tokens: Tokens,
    pub(crate) ambient: Ambient,
}

impl Keeper {
    pub fn new(sessions: Arc<dyn Sessions>, tokens: Tokens, ambient: Ambient) -> Self {
        Self { sessions, tokens, ambient }
    }

    /// Starts a session for somebody who has proved who they are: with the password behind this hash, which must still
    /// be theirs, or by other means.
    pub(crate) async fn start(
        &self,
        user_id: UserId,
        client: Client,
        password_hash: Option<&str>,
    ) -> Result<TokenPair> {
        let (now, session_id) = (self.ambient.now(), self.ambient.id::<SessionId>());
        let token = RefreshToken::first(user_id, session_id, self.ambient.bytes());
        let refresh = RefreshState::first(&token, now);
        let session = Session {
            user_id,
            session_id,
            state: SessionState::Active,
            version: 1,
            refresh,
            client,
            created_at: now,
            ends_at: now + LIFETIME,
        };
        if !self.sessions.create(&session, password_hash).await? {
            return Err(Code::InvalidCredentials.into());
        }
        self.tokens.pair(&session, &token, now).await
    }

    /// Ends a session and closes its sockets.
    pub(crate) async fn end(&self, session: &Session) -> Result<()> {
        let hang_up = self.ambient.promise(Effect::Push(session.ended()));
        self.sessions.end(session, SessionState::Ended, &[hang_up]).await
    }

    pub(crate) async fn live_sessions(&self, user_id: UserId) -> Result<Vec<Session>> {
        let now = self.ambient.now();
        let sessions = self.sessions.all_of(user_id).await?;
        Ok(sessions.into_iter().filter(|session| session.is_live(now)).collect())
    }

    /// Ends every session of a person but one, or all of them.
    pub(crate) async fn end_all(&self, user_id: UserId, except: Option<SessionId>) -> Result<()> {
        let sessions = self.live_sessions(user_id).await?;
        let others = sessions.iter().filter(|session| Some(session.session_id) != except);
        try_join_all(others.map(|session| self.end(session))).await.map(drop)
    }
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keeper")
    }
}
