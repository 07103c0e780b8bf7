//! Accounts: who may sign in.
//!
//! A registration is a pending account under an id of its own, with its own password. It takes the address only when
//! its own code comes back, so nobody inherits what a stranger registered, and a registration that is never confirmed
//! blocks nothing and expires.

use std::time::Duration;

use super::email::EmailAddress;
use super::id::UserId;
use super::time::Timestamp;

/// How long a registration waits for its code.
pub const PENDING_LIFETIME: Duration = Duration::from_hours(24);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Registered, not confirmed, gone after [`PENDING_LIFETIME`].
    Pending,
    Active,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub user_id: UserId,
    pub email: EmailAddress,
    pub state: AccountState,
    pub created_at: Timestamp,
}

impl Account {
    /// Whether a session may be started for the account, however its owner has proved who they are.
    pub fn may_start_session(&self) -> bool {
        self.state == AccountState::Active
    }
}
