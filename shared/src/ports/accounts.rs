//! Accounts, their passwords and their addresses.

use async_trait::async_trait;

use crate::domain::account::Account;
use crate::domain::email::EmailAddress;
use crate::domain::id::UserId;
use crate::domain::outbox::OutboxEntry;
use crate::domain::time::Timestamp;
use crate::error::Result;

/// Somebody who wants an account and has not proved to read the mailbox yet.
#[derive(Clone, Debug)]
pub struct Registration {
    pub account: Account,
    pub password_hash: String,
}

/// How a confirmation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    Done,
    /// The address belongs to another account by now, or the registration has expired.
    Refused,
}

/// What must hold of the password that is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before<'a> {
    /// It is the one with this hash.
    Hash(&'a str),
    /// None was set since this moment; it does not matter whether there was one before.
    NothingSince(Timestamp),
}

#[async_trait]
pub trait Accounts: Send + Sync {
    /// Stores a pending account and promises `entry`, both or neither.
    async fn register(&self, registration: Registration, entry: OutboxEntry) -> Result<()>;

    /// Promises something that changes no account, such as a mail with a code.
    async fn promise(&self, entry: OutboxEntry) -> Result<()>;

    /// Makes a pending account permanent and gives it its address. MUST refuse if the address is taken.
    async fn confirm(&self, account: &Account) -> Result<Confirmation>;

    /// The active account that owns an address.
    async fn owner_of(&self, email: &EmailAddress) -> Result<Option<UserId>>;

    async fn find(&self, user_id: UserId) -> Result<Option<Account>>;

    /// The password hash of an account in PHC format.
    async fn password_hash(&self, user_id: UserId) -> Result<Option<String>>;

    /// Replaces the password hash of an active account and promises `entries` with it, if `before` holds; answers whether it
    /// did.
    async fn replace_password(
        &self,
        user_id: UserId,
        before: Before<'_>,
        after: String,
        entries: &[OutboxEntry],
    ) -> Result<bool>;
}
