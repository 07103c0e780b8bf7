//! Photos: who has which, how they are reached, and how many a person may upload.

use std::sync::Arc;

use futures::future::try_join_all;
use shared::domain::id::{PhotoId, UserId};
use shared::domain::limit::{PHOTO_PER_PERSON, Subject};
use shared::domain::photo::{Album, Look, SIZES};
use shared::domain::time::Timestamp;
use shared::edge::http::Limiter;
use shared::error::{Code, Result};
use shared::ports::ambient::Ambient;
use shared::ports::photos::{ALBUM_ROUNDS, Albums, PhotoBin, PhotoLinks, step_aside};

use crate::photo_view::{CopyView, PhotoView};

#[derive(Clone)]
pub struct Gallery {
    pub(crate) albums: Arc<dyn Albums>,
    pub(crate) links: Arc<dyn PhotoLinks>,
    bin: Arc<dyn PhotoBin>,
    limiter: Limiter,
    ambient: Ambient,
}

impl Gallery {
    pub fn new(
        albums: Arc<dyn Albums>,
        links: Arc<dyn PhotoLinks>,
        bin: Arc<dyn PhotoBin>,
        limiter: Limiter,
        ambient: Ambient,
    ) -> Self {
        Self { albums, links, bin, limiter, ambient }
    }

    pub(crate) async fn admit(&self, user_id: UserId) -> Result<()> {
        self.limiter.take(&PHOTO_PER_PERSON, &Subject::person(user_id)).await
    }

    /// Changes an album as it is at this moment, and answers with what it became.
    pub(crate) async fn change(&self, user_id: UserId, change: impl Fn(&Album) -> Result<Album>) -> Result<Album> {
        for round in 0..ALBUM_ROUNDS {
            let changed = change(&self.albums.find(user_id).await?)?;
            if self.albums.replace(&changed).await? {
                return Ok(changed);
            }
            step_aside(&self.ambient, round).await;
        }
        Err(Code::VersionConflict.into())
    }

    /// Takes away a photo and what lies under its name. Its bytes go first, so that a failure in between leaves a photo
    /// that can be deleted again; one that is published at this moment changes the album, and goes in the next round.
    pub(crate) async fn delete(&self, user_id: UserId, photo_id: PhotoId) -> Result<()> {
        for round in 0..ALBUM_ROUNDS {
            let album = self.albums.find(user_id).await?;
            let photo = album.find(photo_id).ok_or(Code::PhotoNotFound)?;
            self.bin.discard(&photo.upload(user_id)).await?;
            if let Some(key) = photo.key() {
                self.bin.withdraw(key).await?;
            }
            if self.albums.replace_without(&album.without(photo_id), photo_id).await? {
                return Ok(());
            }
            step_aside(&self.ambient, round).await;
        }
        Err(Code::VersionConflict.into())
    }

    /// What others are shown. Only for readers who may see its owner.
    pub(crate) async fn shown(&self, user_id: UserId, now: Timestamp) -> Result<Vec<PhotoView>> {
        let album = self.albums.find(user_id).await?;
        try_join_all(album.ready().map(async |(photo, look)| {
            let copies = self.copies(look, now).await?;
            Ok(PhotoView { photo_id: photo.photo_id, blurhash: look.blurhash.clone(), copies })
        }))
        .await
    }

    pub(crate) async fn copies(&self, look: &Look, now: Timestamp) -> Result<Vec<CopyView>> {
        try_join_all(SIZES.into_iter().zip(&look.sizes).map(async |(size, (width, height))| {
            let url = self.links.link(&look.key, size, now).await?;
            Ok(CopyView { width: *width, height: *height, url })
        }))
        .await
    }
}
