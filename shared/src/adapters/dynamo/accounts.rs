//! The accounts table: accounts, passwords and claimed addresses.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Key, encode, expiring, number, text};
use super::outbox::{DynamoOutbox, row};
use super::table::{Read, Table};
use super::transaction::Outcome;
use crate::domain::account::{Account, AccountState, PENDING_LIFETIME, Reason, Role, Sanction, SanctionKind};
use crate::domain::email::EmailAddress;
use crate::domain::id::UserId;
use crate::domain::locale::Locale;
use crate::domain::mailbox::MailHold;
use crate::domain::outbox::OutboxEntry;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::accounts::{Accounts, Before, Confirmation, Registration};

#[derive(Clone, Debug)]
pub struct DynamoAccounts {
    accounts: Table,
    outbox: DynamoOutbox,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredAccount {
    email: EmailAddress,
    state: StoredState,
    /// Written by `moderation`, as a set; nobody registers with one.
    #[serde(default, skip_serializing)]
    roles: BTreeSet<Role>,
    #[serde(default, skip_serializing)]
    sanction: Option<StoredSanction>,
    /// Missing in accounts that are older than mails in other languages.
    #[serde(default)]
    locale: Locale,
    /// Written by `mailboxes`.
    #[serde(default, skip_serializing)]
    mail_hold: Option<MailHold>,
    created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredSanction {
    kind: SanctionKind,
    reason: Reason,
    since: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredState {
    Pending,
    Active,
    Erasing,
}

impl StoredAccount {
    pub(super) const fn email(&self) -> &EmailAddress {
        &self.email
    }
}

impl From<&Account> for StoredAccount {
    fn from(account: &Account) -> Self {
        let state = match account.state {
            AccountState::Pending => StoredState::Pending,
            AccountState::Active => StoredState::Active,
            AccountState::Erasing => StoredState::Erasing,
        };
        let (roles, sanction) = (BTreeSet::new(), None);
        Self {
            email: account.email.clone(),
            state,
            roles,
            sanction,
            locale: account.locale,
            mail_hold: None,
            created_at: account.created_at,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredPassword {
    hash: String,
    /// Missing while it is the one of the registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredClaim {
    pub(super) user_id: UserId,
}

impl DynamoAccounts {
    pub fn new(accounts: Table, outbox: DynamoOutbox) -> Self {
        Self { accounts, outbox }
    }
}

#[async_trait]
impl Accounts for DynamoAccounts {
    async fn register(&self, registration: Registration, entry: OutboxEntry) -> Result<()> {
        let Registration { account, password_hash } = registration;
        let expires_at = account.created_at + PENDING_LIFETIME;
        let stored = StoredAccount::from(&account);
        let password = StoredPassword { hash: password_hash, changed_at: None };
        let outcome = self
            .accounts
            .transaction()
            .put(&self.accounts, expiring(encode(&account_key(account.user_id), &stored)?, expires_at))
            .put(&self.accounts, expiring(encode(&password_key(account.user_id), &password)?, expires_at))
            .put(self.outbox.table(), row(&entry)?)
            .commit()
            .await?;
        match outcome {
            Outcome::Committed => Ok(()),
            Outcome::Refused(_) | Outcome::Conflict => Err(Error::unavailable("registration met a conflict")),
        }
    }

    async fn promise(&self, entry: OutboxEntry) -> Result<()> {
        self.outbox.table().put(row(&entry)?).await
    }

    async fn confirm(&self, account: &Account) -> Result<Confirmation> {
        let claim = encode(&claim_key(&account.email), &StoredClaim { user_id: account.user_id })?;
        let now = number(self.accounts.now().unix_seconds());
        let activate = Expression::new("SET #state = :active REMOVE expires_at")
            .name("#state", "state")
            .value(":active", text("active"))
            .value(":now", now.clone());
        let keep = Expression::new("REMOVE expires_at").value(":now", now);
        let still_pending = "attribute_exists(pk) AND expires_at > :now";
        let outcome = self
            .accounts
            .transaction()
            .put_if(&self.accounts, claim, Expression::absent())
            .update_if(&self.accounts, &account_key(account.user_id), activate, still_pending)
            .update_if(&self.accounts, &password_key(account.user_id), keep, still_pending)
            .commit()
            .await?;
        match outcome {
            Outcome::Committed => Ok(Confirmation::Done),
            Outcome::Refused(_) => Ok(Confirmation::Refused),
            Outcome::Conflict => Err(Error::unavailable("confirmation met a conflict")),
        }
    }

    async fn owner_of(&self, email: &EmailAddress) -> Result<Option<UserId>> {
        let claim: Option<StoredClaim> = self.accounts.get(&claim_key(email), Read::Strong).await?;
        Ok(claim.map(|claim| claim.user_id))
    }

    async fn find(&self, user_id: UserId) -> Result<Option<Account>> {
        let stored: Option<StoredAccount> = self.accounts.get(&account_key(user_id), Read::Strong).await?;
        Ok(stored.map(|stored| Account {
            user_id,
            email: stored.email,
            state: match stored.state {
                StoredState::Pending => AccountState::Pending,
                StoredState::Active => AccountState::Active,
                StoredState::Erasing => AccountState::Erasing,
            },
            roles: stored.roles,
            sanction: stored.sanction.map(Into::into),
            locale: stored.locale,
            mail_hold: stored.mail_hold,
            created_at: stored.created_at,
        }))
    }

    async fn replace_password(
        &self,
        user_id: UserId,
        before: Before<'_>,
        after: String,
        entries: &[OutboxEntry],
    ) -> Result<bool> {
        let unchanged = match before {
            Before::Hash(hash) => has_password(hash),
            Before::NothingSince(asked_at) => {
                let older = Expression::new("attribute_not_exists(changed_at) OR changed_at < :asked_at");
                older.value(":asked_at", text(asked_at.to_string()))
            }
        };
        let stored = StoredPassword { hash: after, changed_at: Some(self.accounts.now()) };
        let item = encode(&password_key(user_id), &stored)?;
        let mut transaction = self.accounts.transaction().put_if(&self.accounts, item, unchanged).check(
            &self.accounts,
            &account_key(user_id),
            Expression::new("#state = :active").name("#state", "state").value(":active", text("active")),
        );
        for entry in entries {
            transaction = transaction.put(self.outbox.table(), row(entry)?);
        }
        transaction.committed().await
    }

    async fn password_hash(&self, user_id: UserId) -> Result<Option<String>> {
        let stored: Option<StoredPassword> = self.accounts.get(&password_key(user_id), Read::Strong).await?;
        Ok(stored.map(|stored| stored.hash))
    }
}

pub(super) fn account_key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "ACCOUNT")
}

/// The account is confirmed, and nobody keeps its owner out.
pub(super) fn in_good_standing(now: Timestamp) -> Expression {
    let standing = "#state = :active AND (attribute_not_exists(sanction) OR sanction.#until <= :now)";
    Expression::new(standing)
        .name("#state", "state")
        .name("#until", "until")
        .value(":active", text("active"))
        .value(":now", text(now.to_string()))
}

/// The password is still the one with this hash.
pub(super) fn has_password(hash: &str) -> Expression {
    Expression::new("#hash = :hash").name("#hash", "hash").value(":hash", text(hash))
}

/// A partition of its own, so that the policies of functions that read accounts can leave it out.
pub(super) fn password_key(user_id: UserId) -> Key {
    Key::new(format!("PASSWORD#{user_id}"), "PASSWORD")
}

pub(super) fn claim_key(email: &EmailAddress) -> Key {
    Key::new(format!("EMAIL#{}", email.digest()), "CLAIM")
}

impl From<Sanction> for StoredSanction {
    fn from(Sanction { kind, reason, since, until }: Sanction) -> Self {
        Self { kind, reason, since, until }
    }
}

impl From<StoredSanction> for Sanction {
    fn from(StoredSanction { kind, reason, since, until }: StoredSanction) -> Self {
        Self { kind, reason, since, until }
    }
}
