//! Roles and sanctions, in the accounts table, and what follows from them for profiles.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::accounts::{StoredSanction, account_key, in_good_standing};
use super::audit::{DynamoAudit, enacted};
use super::directory;
use super::expression::Expression;
use super::item::{number, text, value};
use super::outbox::{DynamoOutbox, row};
use super::profiles;
use super::table::Table;
use super::transaction::Transaction;
use crate::domain::account::{Role, Sanction};
use crate::domain::audit::{Act, AuditEntry};
use crate::domain::id::UserId;
use crate::domain::outbox::OutboxEntry;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::moderation::{Enacted, Moderation};

#[derive(Clone, Debug)]
pub struct DynamoModeration {
    accounts: Table,
    profiles: Table,
    audit: DynamoAudit,
    outbox: DynamoOutbox,
}

impl DynamoModeration {
    pub fn new(accounts: Table, profiles: Table, audit: DynamoAudit, outbox: DynamoOutbox) -> Self {
        Self { accounts, profiles, audit, outbox }
    }

    fn grant(&self, transaction: Transaction, subject: UserId, at: Timestamp, role: Role) -> Transaction {
        let standing = in_good_standing(at);
        let lacks_it = format!("{} AND (attribute_not_exists(#roles) OR NOT contains(#roles, :role))", standing.text);
        let change = standing.reading("ADD #roles :roles").name("#roles", "roles");
        let change = change.value(":roles", set(role)).value(":role", text(role.as_str()));
        transaction.update_if(&self.accounts, &account_key(subject), change, &lacks_it)
    }

    fn remove(&self, transaction: Transaction, subject: UserId, role: Role) -> Transaction {
        let change = Expression::new("DELETE #roles :roles").name("#roles", "roles");
        let change = change.value(":roles", set(role)).value(":role", text(role.as_str()));
        transaction.update_if(&self.accounts, &account_key(subject), change, "contains(#roles, :role)")
    }

    /// The profile is hidden with the same stroke. Whoever has none yet gets a mark that keeps them from writing one.
    fn impose(&self, transaction: Transaction, subject: UserId, by: Role, sanction: Sanction) -> Result<Transaction> {
        let hidden_until = text(sanction.ends_at().to_string());
        let (change, is_below) = below(by, "SET sanction = :sanction");
        let change = change.name("#state", "state").value(":active", text("active"));
        let change = change.value(":sanction", value(&StoredSanction::from(sanction))?);
        let condition = format!("#state = :active AND {is_below}");
        let hide = Expression::new("SET hidden_until = :until ADD version :one").value(":until", hidden_until);
        Ok(transaction.update_if(&self.accounts, &account_key(subject), change, &condition).update(
            &self.profiles,
            &profiles::key(subject),
            hide.value(":one", number(1_u32)),
        ))
    }

    /// The profile counts as edited in the directory, so that lists that were made meanwhile hear of the person again.
    fn lift(&self, transaction: Transaction, subject: UserId, by: Role, at: Timestamp) -> Transaction {
        let (change, is_below) = below(by, "REMOVE sanction");
        let condition = format!("attribute_exists(sanction) AND {is_below}");
        let show = Expression::new("REMOVE hidden_until SET #listed = :now ADD version :one")
            .name("#listed", directory::INDEX.sk);
        let show = show.value(":now", text(at.to_string())).value(":one", number(1_u32));
        transaction.update_if(&self.accounts, &account_key(subject), change, &condition).update(
            &self.profiles,
            &profiles::key(subject),
            show,
        )
    }

    /// Changes nothing, but holds the act to the rank of the person it is about.
    fn hold_below(&self, transaction: Transaction, subject: UserId, by: Role) -> Transaction {
        let (account, is_below) = below(by, "");
        let condition = format!("attribute_exists(pk) AND {is_below}");
        transaction.check(&self.accounts, &account_key(subject), account.reading(&condition))
    }
}

#[async_trait]
impl Moderation for DynamoModeration {
    async fn enact(&self, entry: &AuditEntry, by: Role, promises: &[OutboxEntry]) -> Result<Enacted> {
        let transaction = self.audit.witnessed(entry, by)?;
        let subject = entry.subject()?;
        let mut transaction = match entry.act {
            Act::RoleGranted { role } => self.grant(transaction, subject, entry.at, role),
            Act::RoleRemoved { role } => self.remove(transaction, subject, role),
            Act::SanctionImposed { kind, until } => {
                let reason = entry.reason.clone().ok_or_else(|| Error::internal("a sanction has no reason"))?;
                self.impose(transaction, subject, by, Sanction { kind, reason, since: entry.at, until })?
            }
            Act::SanctionLifted {} => self.lift(transaction, subject, by, entry.at),
            Act::SessionsEnded {} => self.hold_below(transaction, subject, by),
            Act::AccountRead {}
            | Act::ErasureBegun {}
            | Act::ReportClosed { .. }
            | Act::ReportRead { .. }
            | Act::MatrixStated { .. }
            | Act::MatrixWithdrawn { .. }
            | Act::MatrixImported { .. }
            | Act::CacheCleared { .. }
            | Act::CacheWarmWished {}
            | Act::PhotosRead {}
            | Act::PhotoApproved { .. }
            | Act::PhotoRefused { .. }
            | Act::DeadLettersRead { .. }
            | Act::DeadLettersRedriven { .. }
            | Act::DeadLetterDiscarded { .. } => {
                return Err(Error::internal("this is noted where it is done"));
            }
        };
        for promise in promises {
            transaction = transaction.put(self.outbox.table(), row(promise)?);
        }
        enacted(&transaction.commit().await?)
    }
}

/// A change of an account, and the condition that it belongs to somebody below `by`.
fn below(by: Role, change: &str) -> (Expression, &'static str) {
    let change = Expression::new(change).name("#roles", "roles");
    match by {
        Role::Moderator => (change, "attribute_not_exists(#roles)"),
        Role::Admin => {
            let change = change.value(":admin", text(Role::Admin.as_str()));
            (change, "(attribute_not_exists(#roles) OR NOT contains(#roles, :admin))")
        }
    }
}

fn set(role: Role) -> AttributeValue {
    AttributeValue::Ss(vec![role.as_str().to_owned()])
}
