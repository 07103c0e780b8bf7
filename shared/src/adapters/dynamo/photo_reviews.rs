//! The photos that staff has not looked at, in the profiles table.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::albums::with_album;
use super::audit::{DynamoAudit, enacted};
use super::item::{Item, Key, decode, encode, expiring};
use super::photo_drafts;
use super::range::Range;
use super::table::Table;
use crate::domain::account::Role;
use crate::domain::audit::AuditEntry;
use crate::domain::id::{PhotoId, UserId};
use crate::domain::photo::{Album, Draft, Review};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::moderation::Enacted;
use crate::ports::photos::PhotoReviews;

const PARTITION: &str = "REVIEW#photos";
/// Whatever nobody looks at for so long, nobody will.
const KEPT: Duration = Duration::from_hours(90 * 24);
/// How many rows an erasure reads at once.
const PAGE: usize = 500;

#[derive(Clone, Debug)]
pub struct DynamoPhotoReviews {
    profiles: Table,
    audit: DynamoAudit,
}

/// `REVIEW#photos` / `<photo id>`
#[derive(Serialize, Deserialize)]
struct StoredReview {
    photo_id: PhotoId,
    user_id: UserId,
    since: Timestamp,
}

impl DynamoPhotoReviews {
    pub fn new(profiles: Table, audit: DynamoAudit) -> Self {
        Self { profiles, audit }
    }
}

/// The row that is put with the verdict.
pub(super) fn row(review: &Review) -> Result<Item> {
    let Review { photo_id, user_id, since } = *review;
    Ok(expiring(encode(&key(photo_id), &StoredReview { photo_id, user_id, since })?, since + KEPT))
}

#[async_trait]
impl PhotoReviews for DynamoPhotoReviews {
    async fn waiting(&self, after: Option<PhotoId>, limit: usize) -> Result<Vec<Review>> {
        let items = self.profiles.query(Range::after(PARTITION, after).strong().limit(limit)).await?;
        items.into_iter().map(review_of).collect()
    }

    async fn rule(
        &self,
        album: &Album,
        photo_id: PhotoId,
        leaving: Option<&Draft>,
        entry: &AuditEntry,
        by: Role,
    ) -> Result<Enacted> {
        let transaction = with_album(self.audit.witnessed(entry, by)?, &self.profiles, album)?;
        let mut transaction = transaction.delete(&self.profiles, &key(photo_id));
        if let Some(leaving) = leaving {
            transaction = transaction.put(&self.profiles, photo_drafts::row(leaving)?);
        }
        enacted(&transaction.commit().await?)
    }
}

/// Takes away what of one person waits. A photo's row is put and deleted with the change of its album, so that this is for
/// rows of photos that earlier versions have deleted, and for those that no code has thought of. Photos are begun after
/// their owner, and their ids with the time, so that nothing older is read; a page is held at a time.
pub(super) async fn erase(profiles: &Table, user_id: UserId) -> Result<()> {
    let mut after = user_id.to_string();
    loop {
        let page = profiles.query(Range::after(PARTITION, Some(&after)).strong().limit(PAGE)).await?;
        let is_last = page.len() < PAGE;
        for item in page {
            let sk = attribute(&item, "sk").ok_or_else(|| Error::internal("a row has no key"))?;
            if attribute(&item, "user_id") == Some(&user_id.to_string()) {
                profiles.delete(&Key::new(PARTITION, sk.clone())).await?;
            }
            after.clone_from(sk);
        }
        if is_last {
            return Ok(());
        }
    }
}

fn attribute<'a>(item: &'a Item, name: &str) -> Option<&'a String> {
    item.get(name).and_then(|value| value.as_s().ok())
}

fn review_of(item: Item) -> Result<Review> {
    let StoredReview { photo_id, user_id, since } = decode(item)?;
    Ok(Review { photo_id, user_id, since })
}

pub(super) fn key(photo_id: PhotoId) -> Key {
    Key::new(PARTITION, photo_id.to_string())
}
