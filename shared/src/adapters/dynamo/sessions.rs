//! The sessions table.

use async_trait::async_trait;

use super::accounts::{account_key, has_password, in_good_standing, password_key};
use super::expression::Expression;
use super::item::{Key, decode, encode, expiring, number, text, value};
use super::outbox::{DynamoOutbox, row};
use super::range::Range;
use super::table::{Read, Table};
use super::transaction::Outcome;
use crate::domain::id::{SessionId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::session::{RefreshState, Session, SessionState};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::sessions::{Rotation, Sessions, Start};

/// Reads sessions for everybody, and writes them for those who have the tables that a session hangs together with.
#[derive(Clone, Debug)]
pub struct DynamoSessions {
    sessions: Table,
    writer: Option<Writer>,
}

#[derive(Clone, Debug)]
struct Writer {
    /// Where the password is that a sign-in was checked against, and what keeps people out.
    accounts: Table,
    outbox: DynamoOutbox,
}

impl DynamoSessions {
    /// For functions that only check sessions.
    pub fn reader(sessions: Table) -> Self {
        Self { sessions, writer: None }
    }

    pub fn new(sessions: Table, accounts: Table, outbox: DynamoOutbox) -> Self {
        Self { sessions, writer: Some(Writer { accounts, outbox }) }
    }

    fn writer(&self) -> Result<&Writer> {
        self.writer.as_ref().ok_or_else(|| Error::internal("this function does not write sessions"))
    }
}

#[async_trait]
impl Sessions for DynamoSessions {
    async fn create(&self, session: &Session, password_hash: Option<&str>) -> Result<Start> {
        let item = expiring(encode(&key(session.user_id, session.session_id), session)?, session.ends_at);
        let accounts = &self.writer()?.accounts;
        let standing = in_good_standing(self.sessions.now());
        let account = account_key(session.user_id);
        let mut transaction = self.sessions.transaction().put(&self.sessions, item).check(accounts, &account, standing);
        if let Some(hash) = password_hash {
            transaction = transaction.check(accounts, &password_key(session.user_id), has_password(hash));
        }
        match transaction.commit().await? {
            Outcome::Committed => Ok(Start::Started),
            // Only who knows the password learns that the account is suspended.
            Outcome::Refused(checks) if checks.contains(&2) => Ok(Start::PasswordChanged),
            Outcome::Refused(_) => Ok(Start::Refused),
            Outcome::Conflict => Err(Error::unavailable("starting a session met a conflict")),
        }
    }

    async fn all_of(&self, user_id: UserId) -> Result<Vec<Session>> {
        let items =
            self.sessions.query(Range::prefix(format!("USER#{user_id}"), "SESSION#").strong().unlimited()).await?;
        items.into_iter().map(decode).collect()
    }

    async fn find(&self, user_id: UserId, session_id: SessionId) -> Result<Option<Session>> {
        self.sessions.get(&key(user_id, session_id), Read::Strong).await
    }

    async fn rotate(
        &self,
        session: &Session,
        expected: u32,
        next: RefreshState,
        ends_at: Timestamp,
    ) -> Result<Rotation> {
        let change = Expression::new("SET refresh = :next, ends_at = :ends_at, expires_at = :expires_at")
            .value(":next", value(&next)?)
            .value(":ends_at", text(ends_at.to_string()))
            .value(":expires_at", number(ends_at.unix_seconds()))
            .value(":expected", number(expected))
            .value(":active", text("active"))
            .name("#state", "state")
            .name("#counter", "counter");
        let outcome = self
            .sessions
            .transaction()
            .update_if(
                &self.sessions,
                &key(session.user_id, session.session_id),
                change,
                "refresh.#counter = :expected AND #state = :active",
            )
            .check(&self.writer()?.accounts, &account_key(session.user_id), in_good_standing(self.sessions.now()))
            .commit()
            .await?;
        match outcome {
            Outcome::Committed => Ok(Rotation::Done),
            Outcome::Refused(checks) if checks.contains(&1) => Ok(Rotation::Refused),
            // A conflict means that another tab rotates at this very moment: the caller reads again.
            Outcome::Refused(_) | Outcome::Conflict => Ok(Rotation::Outdated),
        }
    }

    async fn end(&self, session: &Session, state: SessionState, entries: &[OutboxEntry]) -> Result<()> {
        let change = Expression::new("SET #state = :state, version = version + :one")
            .value(":state", value(&state)?)
            .value(":one", number(1_u32))
            .value(":active", text("active"))
            .name("#state", "state");
        let mut transaction = self.sessions.transaction().update_if(
            &self.sessions,
            &key(session.user_id, session.session_id),
            change,
            "attribute_exists(pk) AND #state = :active",
        );
        for entry in entries {
            transaction = transaction.put(self.writer()?.outbox.table(), row(entry)?);
        }
        match transaction.commit().await? {
            Outcome::Committed | Outcome::Refused(_) => Ok(()),
            Outcome::Conflict => Err(Error::unavailable("ending a session met a conflict")),
        }
    }
}

fn key(user_id: UserId, session_id: SessionId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("SESSION#{session_id}"))
}
