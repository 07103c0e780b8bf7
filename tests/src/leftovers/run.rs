//! One run of a function: its calls are counted, so that it dies at one of them, or somebody does something at that moment.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use shared::domain::account::Role;
use shared::domain::audit::AuditEntry;
use shared::domain::id::{PhotoId, UserId};
use shared::domain::photo::{Album, Draft, MediaType, PhotoKey, Review, SIZES, Screening, Upload};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::moderation::Enacted;
use shared::ports::photos::{Albums, Form, PhotoBin, PhotoDesk, PhotoDrafts, PhotoLinks, PhotoReviews, PhotoScreen};

use super::world::{Death, Owner, World};

/// One run of a function, whose calls are counted.
pub(super) struct Run {
    world: Arc<World>,
    death: Death,
    meanwhile: Option<(usize, Owner)>,
    calls: Mutex<usize>,
}

impl Run {
    pub(super) fn begins(world: &Arc<World>, death: Death, meanwhile: Option<(usize, Owner)>) -> Arc<Self> {
        Arc::new(Self { world: world.clone(), death, meanwhile, calls: Mutex::default() })
    }

    /// Does what is called for, unless death comes before, and answers, unless it comes after.
    async fn call<T: Send>(&self, work: impl FnOnce(&World) -> T + Send) -> Result<T> {
        let number = {
            let mut calls = self.calls.lock().unwrap();
            *calls += 1;
            *calls - 1
        };
        if let Some((_, owner)) = self.meanwhile.filter(|(at, _)| *at == number) {
            self.world.is_left_to(owner).await;
        }
        let died = || Err(Error::unavailable("dead"));
        match self.death {
            Death::Before(of) if number >= of => died(),
            Death::After(of) if number > of => died(),
            Death::After(of) if number == of => (work(&self.world), died()).1,
            _ => Ok(work(&self.world)),
        }
    }
}

#[async_trait]
impl Albums for Run {
    async fn find(&self, user_id: UserId) -> Result<Album> {
        self.call(|world| {
            let (album, now) = (world.album.lock().unwrap(), *world.now.lock().unwrap());
            Album::restore(user_id, album.version, album.photos().to_vec(), now)
        })
        .await
    }

    async fn replace(&self, album: &Album) -> Result<bool> {
        self.call(|world| world.store(album)).await
    }

    async fn replace_for_review(&self, album: &Album, _: &Review, draft: &Draft) -> Result<bool> {
        self.call(|world| {
            let is_stored = world.store(album);
            world.drafts.lock().unwrap().retain(|other| !is_stored || other != draft);
            is_stored
        })
        .await
    }

    async fn replace_without(&self, _: &Album, _: PhotoId) -> Result<bool> {
        unreachable!("only owners delete")
    }
}

#[async_trait]
impl PhotoDrafts for Run {
    async fn note(&self, draft: &Draft) -> Result<()> {
        self.call(|world| world.drafts.lock().unwrap().push(draft.clone())).await
    }

    async fn before(&self, photo_id: PhotoId, _: usize) -> Result<Vec<Draft>> {
        self.call(|world| {
            let drafts = world.drafts.lock().unwrap();
            drafts.iter().filter(|draft| draft.photo_id < photo_id).cloned().collect()
        })
        .await
    }

    async fn forget(&self, draft: &Draft) -> Result<()> {
        self.call(|world| world.drafts.lock().unwrap().retain(|other| other != draft)).await
    }
}

#[async_trait]
impl PhotoBin for Run {
    async fn discard(&self, upload: &Upload) -> Result<()> {
        self.call(|world| drop(world.objects.lock().unwrap().remove(&upload.to_string()))).await
    }

    async fn discard_all(&self, _: UserId) -> Result<()> {
        unreachable!("nobody is erased")
    }

    async fn withdraw(&self, key: &PhotoKey) -> Result<()> {
        for size in SIZES {
            self.call(|world| drop(world.objects.lock().unwrap().remove(&key.object(size)))).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl PhotoDesk for Run {
    async fn read(&self, upload: &Upload) -> Result<Option<Vec<u8>>> {
        self.call(|world| world.objects.lock().unwrap().get(&upload.to_string()).cloned()).await
    }

    async fn publish(&self, key: &PhotoKey, size: u32, jpeg: Vec<u8>) -> Result<()> {
        self.call(|world| drop(world.objects.lock().unwrap().insert(key.object(size), jpeg))).await
    }
}

#[async_trait]
impl PhotoScreen for Run {
    async fn screen(&self, _: &[u8]) -> Result<Screening> {
        Ok(Screening::Show)
    }
}

#[async_trait]
impl PhotoReviews for Run {
    async fn waiting(&self, _: Option<PhotoId>, _: usize) -> Result<Vec<Review>> {
        unreachable!("nobody asks what waits")
    }

    async fn rule(
        &self,
        album: &Album,
        _: PhotoId,
        leaving: Option<&Draft>,
        _: &AuditEntry,
        _: Role,
    ) -> Result<Enacted> {
        self.call(|world| {
            let is_stored = world.store(album);
            world.drafts.lock().unwrap().extend(leaving.filter(|_| is_stored).cloned());
            if is_stored { Enacted::Done } else { Enacted::Outdated }
        })
        .await
    }
}

#[async_trait]
impl PhotoLinks for Run {
    async fn form(&self, _: &Upload, _: MediaType, _: Timestamp) -> Result<Form> {
        unreachable!("nobody asks for a form")
    }

    async fn link(&self, _: &PhotoKey, _: u32, _: Timestamp) -> Result<String> {
        unreachable!("nobody looks")
    }
}
