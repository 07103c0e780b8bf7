//! Erasures, in the accounts table: how far one has come, and the tombstone that is left of it.

use async_trait::async_trait;
use futures::try_join;
use serde::{Deserialize, Serialize};

use super::accounts::{account_key, in_good_standing};
use super::audit::DynamoAudit;
use super::expression::Expression;
use super::item::{Item, Key, encode, expiring, number, text};
use super::outbox::{self, DynamoOutbox, row};
use super::profiles;
use super::table::{Read, Table};
use super::transaction::Transaction;
use crate::domain::account::FOREVER;
use crate::domain::audit::AuditEntry;
use crate::domain::erasure::{Erasure, TOMBSTONE_LIFETIME};
use crate::domain::id::UserId;
use crate::domain::outbox::OutboxEntry;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::erasures::Erasures;

/// Goes on with erasures for whoever does the work; beginning one needs the profiles, which `auth` has beside the accounts.
#[derive(Clone, Debug)]
pub struct DynamoErasures {
    accounts: Table,
    profiles: Option<Table>,
    outbox: DynamoOutbox,
}

/// `ERASED#u` / `ERASURE`
#[derive(Serialize, Deserialize)]
struct StoredErasure {
    begun_at: Timestamp,
    done: usize,
    moved_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    farewell: Option<OutboxEntry>,
}

impl DynamoErasures {
    /// For those who do the work.
    pub fn new(accounts: Table, outbox: DynamoOutbox) -> Self {
        Self { accounts, profiles: None, outbox }
    }

    /// For whoever lets it begin.
    pub fn beginning(accounts: Table, profiles: Table, outbox: DynamoOutbox) -> Self {
        Self { accounts, profiles: Some(profiles), outbox }
    }

    fn profiles(&self) -> Result<&Table> {
        self.profiles.as_ref().ok_or_else(|| Error::internal("this function does not begin erasures"))
    }

    /// Begins an erasure for an operator, whatever sanction the account is under; it is noted in the same stroke. Answers
    /// whether it has begun: it does not with an account that is not confirmed, or is being erased already.
    pub async fn begin_whoever(
        &self,
        erasure: &Erasure,
        job: &OutboxEntry,
        note: &AuditEntry,
        audit: &DynamoAudit,
    ) -> Result<bool> {
        let known = Expression::new("#state = :active").name("#state", "state").value(":active", text("active"));
        audit.noting(self.beginning_of(erasure, job, known)?, note)?.committed().await
    }

    fn beginning_of(&self, erasure: &Erasure, job: &OutboxEntry, account_is: Expression) -> Result<Transaction> {
        let profiles = self.profiles()?;
        let condition = account_is.text.clone();
        let change = account_is.reading("SET #state = :erasing").value(":erasing", text("erasing"));
        let transaction = self
            .accounts
            .transaction()
            .update_if(&self.accounts, &account_key(erasure.user_id), change, &condition)
            .put_if(&self.accounts, to_item(erasure)?, Expression::absent())
            .update(profiles, &profiles::key(erasure.user_id), hide())
            .put(self.outbox.table(), row(job)?);
        Ok(match &erasure.farewell {
            Some(farewell) => transaction.put(self.outbox.table(), row(farewell)?),
            None => transaction,
        })
    }

    /// Begins an erasure once more, after a restoration, whatever the account says. Both tables may or may not know the person.
    pub async fn repeat(&self, erasure: &Erasure, job: &OutboxEntry) -> Result<()> {
        let profiles = self.profiles()?;
        let (account, profile) = (account_key(erasure.user_id), profiles::key(erasure.user_id));
        let present = Expression::present();
        let (has_account, has_profile) =
            try_join!(self.accounts.get_item(&account, Read::Strong), profiles.get_item(&profile, Read::Strong))?;
        let mut transaction =
            self.accounts.transaction().put(&self.accounts, to_item(erasure)?).put(self.outbox.table(), row(job)?);
        if has_account.is_some() {
            let close =
                Expression::new("SET #state = :erasing").name("#state", "state").value(":erasing", text("erasing"));
            transaction = transaction.update_if(&self.accounts, &account, close, &present.text);
        }
        if has_profile.is_some() {
            transaction = transaction.update_if(profiles, &profile, hide(), &present.text);
        }
        if transaction.committed().await? { Ok(()) } else { Err(Error::unavailable("somebody else erases here")) }
    }
}

fn hide() -> Expression {
    Expression::new("SET hidden_until = :until ADD version :one")
        .value(":until", text(FOREVER.to_string()))
        .value(":one", number(1_u32))
}

#[async_trait]
impl Erasures for DynamoErasures {
    async fn begin(&self, erasure: &Erasure, job: &OutboxEntry) -> Result<bool> {
        self.beginning_of(erasure, job, in_good_standing(erasure.begun_at))?.committed().await
    }

    async fn find(&self, user_id: UserId) -> Result<Option<Erasure>> {
        let stored: Option<StoredErasure> = self.accounts.get(&key(user_id), Read::Strong).await?;
        Ok(stored.map(|stored| {
            let StoredErasure { begun_at, done, moved_at, farewell } = stored;
            Erasure { user_id, begun_at, done, moved_at, farewell }
        }))
    }

    async fn advance(&self, after: &Erasure) -> Result<bool> {
        let before = u64::try_from(after.done.saturating_sub(1)).map_err(Error::internal)?;
        let condition = Expression::new("done = :before").value(":before", number(before));
        let transaction = self.accounts.transaction().put_if(&self.accounts, to_item(after)?, condition);
        transaction.committed().await
    }

    async fn is_farewell_said(&self, erasure: &Erasure) -> Result<bool> {
        let Some(farewell) = &erasure.farewell else { return Ok(true) };
        let row = self.outbox.table().get_item(&outbox::key(farewell), Read::Strong).await?;
        Ok(row.is_none())
    }
}

fn to_item(erasure: &Erasure) -> Result<Item> {
    let Erasure { user_id, begun_at, done, moved_at, farewell } = erasure.clone();
    let item = encode(&key(user_id), &StoredErasure { begun_at, done, moved_at, farewell })?;
    Ok(if erasure.step().is_none() { expiring(item, moved_at + TOMBSTONE_LIFETIME) } else { item })
}

fn key(user_id: UserId) -> Key {
    Key::new(format!("ERASED#{user_id}"), "ERASURE")
}
