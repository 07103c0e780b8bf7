//! The newest export of a person, in the profiles table.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, encode, expiring, text};
use super::outbox::{DynamoOutbox, row};
use super::table::{Read, Table};
use crate::domain::export::{Export, ExportState, GIVE_UP, LIFETIME};
use crate::domain::id::{ExportId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::exports::Exports;

#[derive(Clone, Debug)]
pub struct DynamoExports {
    profiles: Table,
    outbox: DynamoOutbox,
}

/// `USER#u` / `EXPORT`
#[derive(Serialize, Deserialize)]
struct StoredExport {
    export_id: ExportId,
    state: ExportState,
    requested_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ready_at: Option<Timestamp>,
    bytes: u64,
}

impl DynamoExports {
    pub fn new(profiles: Table, outbox: DynamoOutbox) -> Self {
        Self { profiles, outbox }
    }
}

#[async_trait]
impl Exports for DynamoExports {
    async fn find(&self, user_id: UserId) -> Result<Option<Export>> {
        let stored: Option<StoredExport> = self.profiles.get(&key(user_id), Read::Strong).await?;
        Ok(stored.map(|stored| {
            let StoredExport { export_id, state, requested_at, ready_at, bytes } = stored;
            Export { user_id, export_id, state, requested_at, ready_at, bytes }
        }))
    }

    async fn request(&self, export: &Export, before: Option<ExportId>, job: &OutboxEntry) -> Result<bool> {
        let condition = before.map_or_else(Expression::absent, is_newest);
        let transaction = self.profiles.transaction().put_if(&self.profiles, to_item(export)?, condition);
        transaction.put(self.outbox.table(), row(job)?).committed().await
    }

    async fn settle(&self, export: &Export, told: Option<&OutboxEntry>) -> Result<bool> {
        let is_newest = is_newest(export.export_id);
        let pending = is_newest.reading("export_id = :export_id AND #state = :pending");
        let pending = pending.name("#state", "state").value(":pending", text("pending"));
        let mut transaction = self.profiles.transaction().put_if(&self.profiles, to_item(export)?, pending);
        if let Some(entry) = told {
            transaction = transaction.put(self.outbox.table(), row(entry)?);
        }
        transaction.committed().await
    }
}

fn is_newest(export_id: ExportId) -> Expression {
    Expression::new("export_id = :export_id").value(":export_id", text(export_id.to_string()))
}

/// It is forgotten some time after the archive is gone.
fn to_item(export: &Export) -> Result<Item> {
    let Export { user_id, export_id, state, requested_at, ready_at, bytes } = *export;
    let item = encode(&key(user_id), &StoredExport { export_id, state, requested_at, ready_at, bytes })?;
    Ok(expiring(item, ready_at.unwrap_or(requested_at + GIVE_UP) + LIFETIME))
}

fn key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "EXPORT")
}
