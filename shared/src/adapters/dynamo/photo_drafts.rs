//! Copies that no album names yet, in the profiles table.

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

/// `DRAFT#photos` / `<photo id>`
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
        let Draft { photo_id, user_id, key: name } = draft;
        let stored = StoredDraft { photo_id: *photo_id, user_id: *user_id, key: name.as_str().to_owned() };
        self.profiles.put(encode(&key(*photo_id), &stored)?).await
    }

    async fn before(&self, photo_id: PhotoId, limit: usize) -> Result<Vec<Draft>> {
        let older = Range::between(PARTITION, "0", photo_id.to_string());
        Ok(restore(self.profiles.query(older.strong().limit(limit)).await?))
    }

    async fn forget(&self, photo_id: PhotoId) -> Result<()> {
        self.profiles.delete(&key(photo_id)).await
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

pub(super) fn key(photo_id: PhotoId) -> Key {
    Key::new(PARTITION, photo_id.to_string())
}
