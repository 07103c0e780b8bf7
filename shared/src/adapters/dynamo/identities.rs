//! Identities of providers, beside the accounts they open.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::accounts::{StoredAccount, StoredClaim, account_key, claim_key};
use super::expression::Expression;
use super::item::{Key, encode, text};
use super::outbox::{DynamoOutbox, row};
use super::table::{Read, Table};
use super::transaction::{Outcome, Transaction};
use crate::domain::account::Account;
use crate::domain::id::UserId;
use crate::domain::oauth::IdentityId;
use crate::domain::outbox::OutboxEntry;
use crate::error::{Error, Result};
use crate::ports::oauth::Identities;

#[derive(Clone, Debug)]
pub struct DynamoIdentities {
    accounts: Table,
    outbox: DynamoOutbox,
}

#[derive(Serialize, Deserialize)]
struct StoredIdentity {
    user_id: UserId,
}

impl DynamoIdentities {
    pub fn new(accounts: Table, outbox: DynamoOutbox) -> Self {
        Self { accounts, outbox }
    }

    /// A transaction that gives the identity to `user_id`, unless somebody has it.
    fn claiming(&self, id: &IdentityId, user_id: UserId) -> Result<Transaction> {
        let identity = encode(&key(id), &StoredIdentity { user_id })?;
        let listed = encode(&listed_key(id, user_id), &StoredIdentity { user_id })?;
        let transaction = self.accounts.transaction();
        Ok(transaction.put_if(&self.accounts, identity, Expression::absent()).put(&self.accounts, listed))
    }
}

#[async_trait]
impl Identities for DynamoIdentities {
    async fn owner_of(&self, id: &IdentityId) -> Result<Option<UserId>> {
        let stored: Option<StoredIdentity> = self.accounts.get(&key(id), Read::Strong).await?;
        Ok(stored.map(|stored| stored.user_id))
    }

    async fn link(&self, id: &IdentityId, account: &Account, entry: OutboxEntry) -> Result<bool> {
        let owns_address = Expression::new("user_id = :user_id").value(":user_id", text(account.user_id.to_string()));
        let is_active = Expression::new("#state = :active").name("#state", "state").value(":active", text("active"));
        let transaction = self
            .claiming(id, account.user_id)?
            .check(&self.accounts, &claim_key(&account.email), owns_address)
            .check(&self.accounts, &account_key(account.user_id), is_active)
            .put(self.outbox.table(), row(&entry)?);
        committed(transaction).await
    }

    async fn create(&self, id: &IdentityId, account: &Account) -> Result<bool> {
        let claim = encode(&claim_key(&account.email), &StoredClaim { user_id: account.user_id })?;
        let stored = encode(&account_key(account.user_id), &StoredAccount::from(account))?;
        let transaction = self
            .claiming(id, account.user_id)?
            .put_if(&self.accounts, claim, Expression::absent())
            .put_if(&self.accounts, stored, Expression::absent());
        committed(transaction).await
    }
}

async fn committed(transaction: Transaction) -> Result<bool> {
    match transaction.commit().await? {
        Outcome::Committed => Ok(true),
        Outcome::Refused(_) => Ok(false),
        Outcome::Conflict => Err(Error::unavailable("an identity met a conflict")),
    }
}

fn key(id: &IdentityId) -> Key {
    Key::new(format!("IDENTITY#{}#{}", id.provider().as_str(), id.subject()), "IDENTITY")
}

/// By which a person's identities are found, to be shown or to be erased with the account.
fn listed_key(id: &IdentityId, user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("IDENTITY#{}#{}", id.provider().as_str(), id.subject()))
}
