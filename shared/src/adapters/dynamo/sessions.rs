//! The sessions table.

use async_trait::async_trait;

use super::expression::Expression;
use super::item::{Key, encode, expiring, number, text, value};
use super::outbox::{DynamoOutbox, row};
use super::table::{Read, Table};
use super::transaction::Outcome;
use crate::domain::id::{SessionId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::session::{RefreshState, Session, SessionState};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::sessions::Sessions;

/// Reads sessions for everybody; ending one with a promise needs the outbox, which only `auth` has.
#[derive(Clone, Debug)]
pub struct DynamoSessions {
    sessions: Table,
    outbox: Option<DynamoOutbox>,
}

impl DynamoSessions {
    /// For functions that only check sessions.
    pub fn reader(sessions: Table) -> Self {
        Self { sessions, outbox: None }
    }

    pub fn new(sessions: Table, outbox: DynamoOutbox) -> Self {
        Self { sessions, outbox: Some(outbox) }
    }
}

#[async_trait]
impl Sessions for DynamoSessions {
    async fn create(&self, session: &Session) -> Result<()> {
        let item = encode(&key(session.user_id, session.session_id), session)?;
        self.sessions.put(expiring(item, session.ends_at)).await
    }

    async fn find(&self, user_id: UserId, session_id: SessionId) -> Result<Option<Session>> {
        self.sessions.get(&key(user_id, session_id), Read::Strong).await
    }

    async fn rotate(&self, session: &Session, expected: u32, next: RefreshState, ends_at: Timestamp) -> Result<bool> {
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
            .commit()
            .await?;
        match outcome {
            Outcome::Committed => Ok(true),
            // A conflict means that another tab rotates at this very moment: the caller reads again.
            Outcome::Refused(_) | Outcome::Conflict => Ok(false),
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
            let outbox = self.outbox.as_ref().ok_or_else(|| Error::internal("this function has no outbox"))?;
            transaction = transaction.put(outbox.table(), row(entry)?);
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
