//! The role guard: who asks is staff, or is refused.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use shared::domain::account::{Reason, Role};
use shared::domain::audit::{Act, AuditEntry};
use shared::domain::id::UserId;
use shared::edge::http::{Authenticator, Caller};
use shared::error::{Code, Error, Result};
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::telemetry;

pub struct Guard {
    authenticator: Arc<Authenticator>,
    accounts: Arc<dyn Accounts>,
    ambient: Ambient,
}

/// Somebody with a role, at least a moderator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Staff {
    pub(crate) user_id: UserId,
    pub(crate) role: Role,
}

/// An admin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admin(pub(crate) Staff);

impl Guard {
    pub fn new(authenticator: Arc<Authenticator>, accounts: Arc<dyn Accounts>, ambient: Ambient) -> Self {
        Self { authenticator, accounts, ambient }
    }

    /// The role is read from the account, strongly, every time: one that was taken a moment ago opens nothing.
    async fn admit(&self, user_id: UserId) -> Result<Staff> {
        let account = self.accounts.find(user_id).await?;
        let role = account.and_then(|account| account.acting_role(self.ambient.now())).ok_or(Code::Forbidden)?;
        Ok(Staff { user_id, role })
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guard")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Staff
where
    Arc<Guard>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let guard = Arc::<Guard>::from_ref(state);
        let caller = Caller::from_request_parts(parts, &guard.authenticator).await?;
        guard.admit(caller.user_id).await
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin
where
    Arc<Guard>: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let staff = Staff::from_request_parts(parts, state).await?;
        if staff.role == Role::Admin { Ok(Self(staff)) } else { Err(Code::Forbidden.into()) }
    }
}

impl Staff {
    /// The entry of the audit that says what is about to be done to somebody.
    pub(crate) fn notes(self, subject_id: UserId, act: Act, reason: Option<Reason>, ambient: &Ambient) -> AuditEntry {
        AuditEntry { subject_id: Some(subject_id), reason, ..self.notes_of_all(act, ambient) }
    }

    /// The same for what is about nobody in particular.
    pub(crate) fn notes_of_all(self, act: Act, ambient: &Ambient) -> AuditEntry {
        let (id, at, request_id) = (ambient.id(), ambient.now(), telemetry::request_id());
        AuditEntry { id, at, actor_id: Some(self.user_id), subject_id: None, act, reason: None, request_id }
    }
}
