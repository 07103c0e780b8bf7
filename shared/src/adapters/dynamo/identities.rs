//! Identities of providers, beside the accounts they open.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::accounts::{StoredAccount, StoredClaim, account_key, claim_key, password_key};
use super::expression::Expression;
use super::item::{Item, Key, decode, encode, text};
use super::outbox::{DynamoOutbox, row};
use super::range::Range;
use super::table::{Read, Table};
use super::transaction::{Outcome, Transaction};
use crate::domain::account::Account;
use crate::domain::id::UserId;
use crate::domain::oauth::{IdentityId, LinkedIdentity, Provider, Unlinking, WayIn};
use crate::domain::outbox::OutboxEntry;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::oauth::Identities;

#[derive(Clone, Debug)]
pub struct DynamoIdentities {
    accounts: Table,
    outbox: DynamoOutbox,
}

/// `IDENTITY#provider#subject` / `IDENTITY`: what a sign-in looks up.
#[derive(Serialize, Deserialize)]
struct StoredIdentity {
    user_id: UserId,
}

/// `USER#u` / `IDENTITY#provider#subject`: what its owner is shown.
#[derive(Serialize, Deserialize)]
struct StoredLink {
    provider: Provider,
    subject: String,
    linked_at: Timestamp,
}

impl DynamoIdentities {
    pub fn new(accounts: Table, outbox: DynamoOutbox) -> Self {
        Self { accounts, outbox }
    }

    /// A transaction that gives the identity to `user_id`, unless somebody has it.
    fn claiming(&self, id: &IdentityId, user_id: UserId) -> Result<Transaction> {
        let identity = encode(&key(id), &StoredIdentity { user_id })?;
        let (provider, subject, linked_at) = (id.provider(), id.subject().to_owned(), self.accounts.now());
        let listed = encode(&listed_key(id, user_id), &StoredLink { provider, subject, linked_at })?;
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
        let is_active = Expression::new("#state = :active").name("#state", "state").value(":active", text("active"));
        let transaction = self
            .claiming(id, account.user_id)?
            .check(&self.accounts, &claim_key(&account.email), belongs_to(account.user_id))
            .check(&self.accounts, &account_key(account.user_id), is_active)
            .put(self.outbox.table(), row(&entry)?);
        transaction.committed().await
    }

    async fn of_person(&self, user_id: UserId) -> Result<Vec<LinkedIdentity>> {
        let range = Range::prefix(format!("USER#{user_id}"), "IDENTITY#").strong().unlimited();
        self.accounts.query(range).await?.into_iter().map(|item| linked(decode(item)?)).collect()
    }

    async fn unlink(&self, user_id: UserId, unlinking: &Unlinking, entry: OutboxEntry) -> Result<bool> {
        let mut transaction = self.accounts.transaction();
        for id in &unlinking.ids {
            transaction = transaction
                .delete_if(&self.accounts, &key(id), belongs_to(user_id))
                .delete(&self.accounts, &listed_key(id, user_id));
        }
        let transaction = match &unlinking.remaining {
            WayIn::Password => transaction.check(&self.accounts, &password_key(user_id), Expression::present()),
            WayIn::Identity(id) => transaction.check(&self.accounts, &key(id), belongs_to(user_id)),
        };
        match transaction.put(self.outbox.table(), row(&entry)?).commit().await? {
            Outcome::Committed => Ok(true),
            // A conflict means that the same person's ways in change at this very moment: the caller reads again.
            Outcome::Refused(_) | Outcome::Conflict => Ok(false),
        }
    }

    async fn create(&self, id: &IdentityId, account: &Account) -> Result<bool> {
        let claim = encode(&claim_key(&account.email), &StoredClaim { user_id: account.user_id })?;
        let stored = encode(&account_key(account.user_id), &StoredAccount::from(account))?;
        let transaction = self
            .claiming(id, account.user_id)?
            .put_if(&self.accounts, claim, Expression::absent())
            .put_if(&self.accounts, stored, Expression::absent());
        transaction.committed().await
    }
}

fn linked(StoredLink { provider, subject, linked_at }: StoredLink) -> Result<LinkedIdentity> {
    let id = IdentityId::new(provider, &subject).ok_or_else(|| Error::internal("a stored subject cannot be one"))?;
    Ok(LinkedIdentity { id, linked_at })
}

/// The address or the identity is still this person's.
fn belongs_to(user_id: UserId) -> Expression {
    Expression::new("user_id = :user_id").value(":user_id", text(user_id.to_string()))
}

fn key(id: &IdentityId) -> Key {
    Key::new(format!("IDENTITY#{}#{}", id.provider().as_str(), id.subject()), "IDENTITY")
}

/// Both rows of an identity, by the one in the list of its owner.
pub(super) fn keys_of(item: Item, user_id: UserId) -> Result<[Key; 2]> {
    let LinkedIdentity { id, .. } = linked(decode(item)?)?;
    Ok([key(&id), listed_key(&id, user_id)])
}

/// By which a person's identities are found, to be shown or to be erased with the account.
fn listed_key(id: &IdentityId, user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("IDENTITY#{}#{}", id.provider().as_str(), id.subject()))
}
