//! The photos that staff has not looked at, in the profiles table.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::albums::with_album;
use super::audit::{DynamoAudit, enacted};
use super::item::{Item, Key, decode, encode, expiring};
use super::range::Range;
use super::table::Table;
use crate::domain::account::Role;
use crate::domain::audit::AuditEntry;
use crate::domain::id::{PhotoId, UserId};
use crate::domain::photo::{Album, Review};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::moderation::Enacted;
use crate::ports::photos::PhotoReviews;

const PARTITION: &str = "REVIEW#photos";
/// Whatever nobody looks at for so long, nobody will.
const KEPT: Duration = Duration::from_hours(90 * 24);

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
        let review =
            |stored: StoredReview| Review { photo_id: stored.photo_id, user_id: stored.user_id, since: stored.since };
        items.into_iter().map(|item| decode(item).map(review)).collect()
    }

    async fn forget(&self, photo_id: PhotoId) -> Result<()> {
        self.profiles.delete(&key(photo_id)).await
    }

    async fn rule(&self, album: &Album, photo_id: PhotoId, entry: &AuditEntry, by: Role) -> Result<Enacted> {
        let transaction = with_album(self.audit.witnessed(entry, by)?, &self.profiles, album)?;
        enacted(&transaction.delete(&self.profiles, &key(photo_id)).commit().await?)
    }
}

pub(super) fn key(photo_id: PhotoId) -> Key {
    Key::new(PARTITION, photo_id.to_string())
}
