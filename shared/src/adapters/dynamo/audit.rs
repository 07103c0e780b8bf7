//! The audit, in the ops table: rows that are written once, with what they tell of or before it is shown.

use async_trait::async_trait;

use super::accounts::{account_key, in_good_standing};
use super::expression::Expression;
use super::item::{Key, decode, encode, text};
use super::range::Range;
use super::table::Table;
use super::transaction::{Outcome, Transaction};
use crate::domain::account::Role;
use crate::domain::audit::{AuditEntry, Month};
use crate::domain::id::AuditId;
use crate::error::{Error, Result};
use crate::ports::moderation::{Audit, Enacted};

#[derive(Clone, Debug)]
pub struct DynamoAudit {
    ops: Table,
    /// Where the roles of those who act are.
    accounts: Table,
}

impl DynamoAudit {
    pub fn new(ops: Table, accounts: Table) -> Self {
        Self { ops, accounts }
    }

    /// The same transaction with what an operator does, who has no account.
    pub(super) fn noting(&self, transaction: Transaction, entry: &AuditEntry) -> Result<Transaction> {
        Ok(transaction.put_if(&self.ops, encode(&key(entry), entry)?, Expression::absent()))
    }

    /// A transaction that notes `entry` and holds whatever else is put into it to the actor's role at this moment.
    pub(super) fn witnessed(&self, entry: &AuditEntry, by: Role) -> Result<Transaction> {
        let actor = entry.actor_id.ok_or_else(|| Error::internal("an act of staff has no actor"))?;
        let standing = in_good_standing(entry.at);
        let holds = format!("contains(#roles, :by) AND {}", standing.text);
        let may_act = standing.reading(&holds).name("#roles", "roles").value(":by", text(by.as_str()));
        Ok(self.noting(self.ops.transaction(), entry)?.check(&self.accounts, &account_key(actor), may_act))
    }
}

/// How an act ended whose transaction this was.
pub(super) fn enacted(outcome: &Outcome) -> Result<Enacted> {
    match outcome {
        Outcome::Committed => Ok(Enacted::Done),
        Outcome::Refused(_) => Ok(Enacted::Outdated),
        Outcome::Conflict => Err(Error::unavailable("an act of staff met a conflict")),
    }
}

#[async_trait]
impl Audit for DynamoAudit {
    async fn note(&self, entry: &AuditEntry) -> Result<()> {
        // The id was drawn for this entry: a row that is there already is the work of a try whose answer was lost.
        self.ops.put_if(encode(&key(entry), entry)?, Expression::absent()).await.map(drop)
    }

    async fn of_month(&self, month: &Month, after: Option<AuditId>, limit: usize) -> Result<Vec<AuditEntry>> {
        let range = Range::after(partition(month), after).strong().limit(limit);
        self.ops.query(range).await?.into_iter().map(decode).collect()
    }
}

fn key(entry: &AuditEntry) -> Key {
    Key::new(partition(&Month::of(entry.at)), entry.id.to_string())
}

fn partition(month: &Month) -> String {
    format!("AUDIT#{}", month.as_str())
}
