//! Starts, finds and ends sessions, for everything that leads into one or out of it.

use std::sync::Arc;

use shared::domain::account::Account;
use shared::domain::id::{SessionId, UserId};
use shared::domain::session::{Client, LIFETIME, MAX_SESSIONS, RefreshState, RefreshToken, Session, SessionState};
use shared::error::{Code, Error, Result};
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::sessions::{Sessions, Start};

use super::tokens::{TokenPair, Tokens};

pub struct Keeper {
    pub(crate) sessions: Arc<dyn Sessions>,
    accounts: Arc<dyn Accounts>,
    pub(crate) tokens: Tokens,
    pub(crate) ambient: Ambient,
}

impl Keeper {
    pub fn new(sessions: Arc<dyn Sessions>, accounts: Arc<dyn Accounts>, tokens: Tokens, ambient: Ambient) -> Self {
        Self { sessions, accounts, tokens, ambient }
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
        match self.sessions.create(&session, password_hash).await? {
            Start::Started => {
                self.end_surplus(user_id).await?;
                self.tokens.pair(&session, &token, now).await
            }
            Start::PasswordChanged => Err(Code::InvalidCredentials.into()),
            Start::Refused => Err(self.refusal(user_id).await?),
        }
    }

    /// Ends the sessions used least recently, so that ending all of them stays one request's work.
    async fn end_surplus(&self, user_id: UserId) -> Result<()> {
        let mut sessions = self.live_sessions(user_id).await?;
        sessions.sort_unstable_by_key(|session| session.refresh.rotated_at());
        let surplus = sessions.len().saturating_sub(MAX_SESSIONS);
        for session in &sessions[..surplus] {
            self.end(session).await?;
        }
        Ok(())
    }

    /// Refuses who is kept out. Sessions end with a sanction, but not in the same moment.
    pub(super) async fn admit(&self, user_id: UserId) -> Result<()> {
        let account = self.accounts.find(user_id).await?;
        let is_welcome = |account: &Account| account.may_start_session() && !account.is_sanctioned(self.ambient.now());
        account.filter(is_welcome).map(drop).ok_or_else(|| Code::SessionEnded.into())
    }

    /// What keeps somebody out, for themselves: they have proved who they are. If it has just gone, the next try succeeds.
    async fn refusal(&self, user_id: UserId) -> Result<Error> {
        // One that is being erased opens as little as one that is gone.
        let account = self.accounts.find(user_id).await?.filter(Account::may_start_session);
        let Some(account) = account else { return Ok(Code::InvalidCredentials.into()) };
        let sanction = account.sanction;
        let in_force = sanction.filter(|sanction| sanction.is_in_force(self.ambient.now()));
        Ok(in_force.map_or_else(|| Code::AccountSuspended.into(), |sanction| sanction.refusal()))
    }

    /// Ends a session and closes its sockets.
    pub(crate) async fn end(&self, session: &Session) -> Result<()> {
        self.sessions.hang_up(session, SessionState::Ended, &self.ambient).await
    }

    pub(crate) async fn live_sessions(&self, user_id: UserId) -> Result<Vec<Session>> {
        self.sessions.live_of(user_id, &self.ambient).await
    }

    /// Ends every session of a person but one, or all of them.
    pub(crate) async fn end_all(&self, user_id: UserId, except: Option<SessionId>) -> Result<()> {
        self.sessions.hang_up_all(user_id, except, SessionState::Ended, &self.ambient).await
    }
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keeper")
    }
}
