//! Files: archives of one's data, photos as they were uploaded, what was made of them, what staff was to look at, and the
//! list.

use std::sync::Arc;

use async_trait::async_trait;

use super::super::table::{Read, Table};
use super::super::{albums, photo_drafts, photo_reviews};
use crate::domain::id::UserId;
use crate::error::Result;
use crate::ports::erasures::{Left, Traces};
use crate::ports::exports::ExportShelf;
use crate::ports::photos::PhotoBin;

/// The list goes last: copies are found by nothing else.
#[derive(Clone)]
pub struct PhotoTraces {
    profiles: Table,
    bin: Arc<dyn PhotoBin>,
    archives: Arc<dyn ExportShelf>,
}

impl PhotoTraces {
    pub fn new(profiles: Table, bin: Arc<dyn PhotoBin>, archives: Arc<dyn ExportShelf>) -> Self {
        Self { profiles, bin, archives }
    }
}

#[async_trait]
impl Traces for PhotoTraces {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        self.archives.remove_all(user_id).await?;
        self.bin.discard_all(user_id).await?;
        let key = albums::key(user_id);
        let album = self.profiles.get_item(&key, Read::Strong).await?;
        // Whatever staff refuses, or comes into its queue, after this has changed the album, too.
        for draft in photo_drafts::of(&self.profiles, user_id).await? {
            self.bin.withdraw(&draft.key).await?;
            self.profiles.delete(&photo_drafts::key(&draft)).await?;
        }
        photo_reviews::erase(&self.profiles, user_id).await?;
        let Some(item) = album else { return Ok(Left::Nothing) };
        let (version, photos) = albums::keys_of(item)?;
        for photo in &photos {
            self.bin.withdraw(photo).await?;
        }
        // A verdict that has come meanwhile has another version, and perhaps copies that were not there yet.
        let is_gone = self.profiles.transaction().delete_if(&self.profiles, &key, version).committed().await?;
        Ok(if is_gone { Left::Nothing } else { Left::More })
    }
}

impl std::fmt::Debug for PhotoTraces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PhotoTraces({:?})", self.profiles)
    }
}
