//! How erasures begin, in the accounts table and the profile: for whoever asks, for an operator, and after a restoration.

use async_trait::async_trait;
use futures::try_join;

use super::accounts::{account_key, in_good_standing};
use super::audit::DynamoAudit;
use super::erasures::to_item;
use super::expression::Expression;
use super::item::{number, text};
use super::outbox::{DynamoOutbox, row};
use super::profiles;
use super::table::{Read, Table};
use super::transaction::Transaction;
use crate::domain::account::FOREVER;
use crate::domain::audit::AuditEntry;
use crate::domain::erasure::Erasure;
use crate::domain::outbox::OutboxEntry;
use crate::error::{Error, Result};
use crate::ports::erasures::ErasureRequests;

#[derive(Clone, Debug)]
pub struct DynamoErasureRequests {
    accounts: Table,
    profiles: Table,
    outbox: DynamoOutbox,
}

impl DynamoErasureRequests {
    pub fn new(accounts: Table, profiles: Table, outbox: DynamoOutbox) -> Self {
        Self { accounts, profiles, outbox }
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
        audit.noting(self.beginning(erasure, job, known)?, note)?.committed().await
    }

    fn beginning(&self, erasure: &Erasure, job: &OutboxEntry, account_is: Expression) -> Result<Transaction> {
        let condition = account_is.text.clone();
        let change = account_is.reading("SET #state = :erasing").value(":erasing", text("erasing"));
        let transaction = self
            .accounts
            .transaction()
            .update_if(&self.accounts, &account_key(erasure.user_id), change, &condition)
            .put_if(&self.accounts, to_item(erasure)?, Expression::absent())
            .update(&self.profiles, &profiles::key(erasure.user_id), hide())
            .put(self.outbox.table(), row(job)?);
        Ok(match &erasure.farewell {
            Some(farewell) => transaction.put(self.outbox.table(), row(farewell)?),
            None => transaction,
        })
    }

    /// Begins an erasure once more, after a restoration, whatever the account says. Both tables may or may not know the person.
    pub async fn repeat(&self, erasure: &Erasure, job: &OutboxEntry) -> Result<()> {
        let (account, profile) = (account_key(erasure.user_id), profiles::key(erasure.user_id));
        let present = Expression::present();
        let (has_account, has_profile) =
            try_join!(self.accounts.get_item(&account, Read::Strong), self.profiles.get_item(&profile, Read::Strong))?;
        let mut transaction =
            self.accounts.transaction().put(&self.accounts, to_item(erasure)?).put(self.outbox.table(), row(job)?);
        if has_account.is_some() {
            let close =
                Expression::new("SET #state = :erasing").name("#state", "state").value(":erasing", text("erasing"));
            transaction = transaction.update_if(&self.accounts, &account, close, &present.text);
        }
        if has_profile.is_some() {
            transaction = transaction.update_if(&self.profiles, &profile, hide(), &present.text);
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
impl ErasureRequests for DynamoErasureRequests {
    async fn begin(&self, erasure: &Erasure, job: &OutboxEntry) -> Result<bool> {
        self.beginning(erasure, job, in_good_standing(erasure.begun_at))?.committed().await
    }
}
