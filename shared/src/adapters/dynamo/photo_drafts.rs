//! Copies that no album names, in the profiles table.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::item::{Item, Key, decode, encode};
use super::range::Range;
use super::table::Table;
use crate::domain::id::{PhotoId, UserId};
use crate::domain::photo::{Draft, PhotoKey};
use crate::error::{Error, Result};
use crate::ports::photos::PhotoDrafts;
use crate::telemetry;

const PARTITION: &str = "DRAFT#photos";

#[derive(Clone, Debug)]
pub struct DynamoPhotoDrafts {
    profiles: Table,
}

/// `DRAFT#photos` / `<photo id>#<key of the copies>`
#[derive(Serialize, Deserialize)]
struct StoredDraft {
    photo_id: PhotoId,
    user_id: UserId,
    key: String,
}

impl DynamoPhotoDrafts {
    pub fn new(profiles: Table) -> Self {
        Self { profiles }
    }
}

#[async_trait]
impl PhotoDrafts for DynamoPhotoDrafts {
    async fn note(&self, draft: &Draft) -> Result<()> {
        self.profiles.put(row(draft)?).await
    }

    async fn before(&self, photo_id: PhotoId, limit: usize) -> Result<Vec<Draft>> {
        let older = Range::between(PARTITION, "0", photo_id.to_string());
        Ok(restore(self.profiles.query(older.strong().limit(limit)).await?))
    }

    async fn forget(&self, draft: &Draft) -> Result<()> {
        self.profiles.delete(&key(draft)).await
    }
}

/// Those of one person. There are never more than photos are being checked, and a few that failed within a day.
pub(super) async fn of(profiles: &Table, user_id: UserId) -> Result<Vec<Draft>> {
    let mut drafts = restore(profiles.query(Range::whole(PARTITION).strong().unlimited()).await?);
    drafts.retain(|draft| draft.user_id == user_id);
    Ok(drafts)
}

/// A row that cannot be read keeps no other from being looked at, nor anybody's account from being erased.
fn restore(items: Vec<Item>) -> Vec<Draft> {
    let draft = |item| -> Result<Draft> {
        let StoredDraft { photo_id, user_id, key } = decode(item)?;
        let key = PhotoKey::restore(key).ok_or_else(|| Error::internal("a draft has no key"))?;
        Ok(Draft { photo_id, user_id, key })
    };
    items.into_iter().filter_map(|item| draft(item).inspect_err(telemetry::report).ok()).collect()
}

pub(super) fn row(draft: &Draft) -> Result<Item> {
    let Draft { photo_id, user_id, key: name } = draft;
    let stored = StoredDraft { photo_id: *photo_id, user_id: *user_id, key: name.as_str().to_owned() };
    encode(&key(draft), &stored)
}

pub(super) fn key(draft: &Draft) -> Key {
    Key::new(PARTITION, format!("{}#{}", draft.photo_id, draft.key.as_str()))
}
