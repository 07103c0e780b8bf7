//! Generations of the caches in the head that all requests read, and wishes for lists, in the ops table.

use std::time::Duration;

use async_trait::async_trait;

use super::activity::WISHED;
use super::audit::{DynamoAudit, enacted};
use super::expression::Expression;
use super::item::{Key, expiring, number};
use super::matrix::{generation, head_key};
use super::table::Table;
use crate::domain::account::Role;
use crate::domain::audit::AuditEntry;
use crate::domain::cache::Family;
use crate::domain::id::UserId;
use crate::error::Result;
use crate::ports::cache_keeper::CacheKeeper;
use crate::ports::moderation::Enacted;

/// Two runs of whoever warms lists: a wish is not lost with one of them.
const WISH: Duration = Duration::from_hours(1);

#[derive(Clone, Debug)]
pub struct DynamoCacheKeeper {
    ops: Table,
    audit: DynamoAudit,
}

impl DynamoCacheKeeper {
    pub fn new(ops: Table, audit: DynamoAudit) -> Self {
        Self { ops, audit }
    }
}

#[async_trait]
impl CacheKeeper for DynamoCacheKeeper {
    async fn clear(&self, family: Family, entry: &AuditEntry) -> Result<Enacted> {
        let raise = Expression::new("ADD #generation :one").name("#generation", &generation(family));
        let transaction = self.audit.witnessed(entry, Role::Admin)?;
        let transaction = transaction.update(&self.ops, &head_key(), raise.value(":one", number(1_u32)));
        enacted(&transaction.commit().await?)
    }

    async fn wish(&self, user_id: UserId, entry: &AuditEntry) -> Result<Enacted> {
        let wish = expiring(Key::new(WISHED, user_id.to_string()).attributes(), entry.at + WISH);
        let transaction = self.audit.witnessed(entry, Role::Admin)?.put(&self.ops, wish);
        enacted(&transaction.commit().await?)
    }
}
