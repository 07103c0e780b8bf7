//! A person with an album, and a bucket, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::BoxFuture;
use serde_json::json;
use shared::domain::id::{Id, PhotoId, UserId};
use shared::domain::photo::{Album, Draft, Photo, PhotoKey, Review, SIZES, Screening, State, Upload};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::{Ambient, Clock, Rng};
use shared::ports::photos::{Albums, PhotoBin, PhotoDesk, PhotoDrafts, PhotoScreen};

use crate::{Deps, validate};

pub(super) const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

/// What happens between two steps of the function.
type Interruption = Box<dyn FnOnce(Arc<World>) -> BoxFuture<'static, ()> + Send>;

/// A person with an album, and a bucket.
pub(super) struct World {
    pub(super) album: Mutex<Album>,
    pub(super) objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Before the next copies are stored.
    pub(super) early_interruption: Mutex<Option<Interruption>>,
    /// Before the next verdict is written.
    pub(super) interruption: Mutex<Option<Interruption>>,
    /// How often somebody else will be faster.
    pub(super) faster: Mutex<u32>,
    /// Whether the next verdict is written, and is told to be none.
    pub(super) answer_is_lost: Mutex<bool>,
    drawn: Mutex<u8>,
    pub(super) publishing_fails: Mutex<bool>,
    pub(super) screening: Mutex<Screening>,
    pub(super) reviews: Mutex<Vec<Review>>,
    /// Of which there may be copies that no album names.
    pub(super) drafts: Mutex<Vec<Draft>>,
}

impl World {
    pub(super) fn with(upload: &[u8]) -> Arc<Self> {
        let album = Album::empty(user()).with_slot(photo(), NOW).unwrap();
        let objects = BTreeMap::from([(place().to_string(), upload.to_vec())]);
        Arc::new(Self {
            album: Mutex::new(album),
            objects: Mutex::new(objects),
            early_interruption: Mutex::default(),
            interruption: Mutex::default(),
            faster: Mutex::default(),
            answer_is_lost: Mutex::default(),
            drawn: Mutex::default(),
            publishing_fails: Mutex::default(),
            screening: Mutex::new(Screening::Show),
            reviews: Mutex::default(),
            drafts: Mutex::default(),
        })
    }

    pub(super) async fn hears(self: &Arc<Self>, message: serde_json::Value) -> Result<()> {
        let deps = Deps {
            albums: Arc::new(Interrupted(self.clone())),
            drafts: self.clone(),
            desk: self.clone(),
            screen: Arc::new(Interrupted(self.clone())),
            ambient: Ambient::new(self.clone(), self.clone()),
        };
        validate(&deps, serde_json::from_value(message).unwrap()).await
    }

    pub(super) async fn hears_of_the_upload(self: &Arc<Self>) -> Result<()> {
        self.hears(json!({ "name": place().to_string() })).await
    }

    /// The form is used again, for something else.
    pub(super) fn is_uploaded_again(&self, upload: &[u8]) {
        self.objects.lock().unwrap().insert(place().to_string(), upload.to_vec());
    }

    pub(super) fn state(&self) -> Option<State> {
        self.album.lock().unwrap().find(photo()).map(|photo| photo.state.clone())
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(self.state(), Some(State::Ready(_)))
    }

    /// Where the copies lie that the album names.
    pub(super) fn copies(&self) -> Vec<String> {
        let key = self.album.lock().unwrap().find(photo()).and_then(Photo::key).cloned();
        let mut copies: Vec<_> = key.iter().flat_map(|key| SIZES.map(|size| key.object(size))).collect();
        copies.sort();
        copies
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    pub(super) fn is_deleted(&self) {
        let mut album = self.album.lock().unwrap();
        *album = album.without(photo());
    }
}

/// What a run asks while somebody may come in between.
struct Interrupted(Arc<World>);

#[async_trait]
impl Albums for Interrupted {
    async fn find(&self, _: UserId) -> Result<Album> {
        Ok(self.0.album.lock().unwrap().clone())
    }

    async fn replace(&self, album: &Album) -> Result<bool> {
        let interruption = self.0.interruption.lock().unwrap().take();
        if let Some(interruption) = interruption {
            interruption(self.0.clone()).await;
        }
        let (mut stored, mut faster) = (self.0.album.lock().unwrap(), self.0.faster.lock().unwrap());
        if *faster > 0 {
            *faster -= 1;
            stored.version += 1;
        }
        let is_next = stored.version + 1 == album.version;
        *stored = if is_next { album.clone() } else { stored.clone() };
        Ok(is_next)
    }

    async fn replace_for_review(&self, album: &Album, review: &Review, draft: &Draft) -> Result<bool> {
        let is_next = self.replace(album).await?;
        if is_next {
            self.0.reviews.lock().unwrap().push(*review);
            self.0.drafts.lock().unwrap().retain(|other| other != draft);
        }
        Ok(is_next && !std::mem::take(&mut *self.0.answer_is_lost.lock().unwrap()))
    }

    async fn replace_without(&self, _: &Album, _: PhotoId) -> Result<bool> {
        unreachable!("a verdict takes no photo out")
    }
}

#[async_trait]
impl PhotoDrafts for World {
    async fn note(&self, draft: &Draft) -> Result<()> {
        self.drafts.lock().unwrap().push(draft.clone());
        Ok(())
    }

    async fn before(&self, _: PhotoId, _: usize) -> Result<Vec<Draft>> {
        Ok(self.drafts.lock().unwrap().clone())
    }

    async fn forget(&self, draft: &Draft) -> Result<()> {
        self.drafts.lock().unwrap().retain(|other| other != draft);
        Ok(())
    }
}

#[async_trait]
impl PhotoScreen for Interrupted {
    async fn screen(&self, jpeg: &[u8]) -> Result<Screening> {
        assert!(jpeg.starts_with(&[0xff, 0xd8]), "what is screened is what others would see");
        let screening = *self.0.screening.lock().unwrap();
        let interruption = self.0.early_interruption.lock().unwrap().take();
        if let Some(interruption) = interruption {
            interruption(self.0.clone()).await;
        }
        Ok(screening)
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        let mut drawn = self.drawn.lock().unwrap();
        *drawn += 1;
        bytes.fill(*drawn);
    }
}

#[async_trait]
impl PhotoDesk for World {
    async fn read(&self, upload: &Upload) -> Result<Option<Vec<u8>>> {
        Ok(self.objects.lock().unwrap().get(&upload.to_string()).cloned())
    }

    async fn publish(&self, key: &PhotoKey, size: u32, jpeg: Vec<u8>) -> Result<()> {
        assert!(self.drafts.lock().unwrap().iter().any(|draft| draft.key == *key), "copies are noted first");
        if *self.publishing_fails.lock().unwrap() {
            return Err(Error::unavailable("the bucket is away"));
        }
        self.objects.lock().unwrap().insert(key.object(size), jpeg);
        Ok(())
    }
}

#[async_trait]
impl PhotoBin for World {
    async fn discard_all(&self, _: UserId) -> Result<()> {
        unreachable!("validators erase nobody")
    }

    async fn discard(&self, upload: &Upload) -> Result<()> {
        self.objects.lock().unwrap().remove(&upload.to_string());
        Ok(())
    }

    async fn withdraw(&self, key: &PhotoKey) -> Result<()> {
        let mut objects = self.objects.lock().unwrap();
        objects.retain(|name, _| !SIZES.iter().any(|size| *name == key.object(*size)));
        Ok(())
    }
}

pub(super) fn user() -> UserId {
    UserId::from_parts(NOW, [1; 10])
}

pub(super) fn photo() -> PhotoId {
    PhotoId::from_parts(NOW, [2; 10])
}

pub(super) fn place() -> Upload {
    Upload { user_id: user(), photo_id: photo() }
}
