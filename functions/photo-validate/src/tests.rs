//! Messages and what becomes of uploads, with a bucket and an album in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::json;
use shared::domain::id::{Id, PhotoId, UserId};
use shared::domain::photo::Album;
use shared::domain::time::Timestamp;
use shared::ports::ambient::{Clock, Rng};
use shared::ports::photos::PhotoBin;

use super::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);
const PICTURE: &[u8] = include_bytes!("../../../shared/pictures/src/tests/files/baseline.jpg");

/// What happens between two steps of the function.
type Interruption = Box<dyn FnOnce(&World) + Send>;

/// A person with an album, and a bucket.
struct World {
    album: Mutex<Album>,
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Before the next verdict is written.
    interruption: Mutex<Option<Interruption>>,
    publishing_fails: Mutex<bool>,
    screening: Mutex<Screening>,
    reviews: Mutex<Vec<Review>>,
    /// Of which there may be copies that no album names.
    drafts: Mutex<Vec<Draft>>,
}

impl World {
    fn with(upload: &[u8]) -> Arc<Self> {
        let album = Album::empty(user()).with_slot(photo(), key(), NOW).unwrap();
        let objects = BTreeMap::from([(place().to_string(), upload.to_vec())]);
        Arc::new(Self {
            album: Mutex::new(album),
            objects: Mutex::new(objects),
            interruption: Mutex::default(),
            publishing_fails: Mutex::default(),
            screening: Mutex::new(Screening::Show),
            reviews: Mutex::default(),
            drafts: Mutex::default(),
        })
    }

    async fn hears(self: &Arc<Self>, message: serde_json::Value) -> Result<()> {
        let deps = Deps {
            albums: self.clone(),
            drafts: self.clone(),
            desk: self.clone(),
            screen: self.clone(),
            ambient: Ambient::new(self.clone(), self.clone()),
        };
        validate(&deps, serde_json::from_value(message).unwrap()).await
    }

    async fn hears_of_the_upload(self: &Arc<Self>) -> Result<()> {
        self.hears(json!({ "Records": [{ "s3": { "object": { "key": place().to_string() } } }] })).await
    }

    fn state(&self) -> Option<State> {
        self.album.lock().unwrap().find(photo()).map(|photo| photo.state.clone())
    }

    fn is_ready(&self) -> bool {
        matches!(self.state(), Some(State::Ready(_)))
    }

    fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    fn is_deleted(&self) {
        let mut album = self.album.lock().unwrap();
        *album = album.without(photo());
    }
}

#[async_trait]
impl Albums for World {
    async fn find(&self, _: UserId) -> Result<Album> {
        Ok(self.album.lock().unwrap().clone())
    }

    async fn replace(&self, album: &Album) -> Result<bool> {
        self.interruption.lock().unwrap().take().into_iter().for_each(|interruption| interruption(self));
        let mut stored = self.album.lock().unwrap();
        let is_next = stored.version + 1 == album.version;
        *stored = if is_next { album.clone() } else { stored.clone() };
        Ok(is_next)
    }

    async fn replace_for_review(&self, album: &Album, review: &Review) -> Result<bool> {
        let is_next = self.replace(album).await?;
        if is_next {
            self.reviews.lock().unwrap().push(*review);
            self.drafts.lock().unwrap().clear();
        }
        Ok(is_next)
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

    async fn forget(&self, photo_id: PhotoId) -> Result<()> {
        self.drafts.lock().unwrap().retain(|draft| draft.photo_id != photo_id);
        Ok(())
    }
}

#[async_trait]
impl PhotoScreen for World {
    async fn screen(&self, jpeg: &[u8]) -> Result<Screening> {
        assert!(jpeg.starts_with(&[0xff, 0xd8]), "what is screened is what others would see");
        Ok(*self.screening.lock().unwrap())
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(1);
    }
}

#[async_trait]
impl PhotoDesk for World {
    async fn read(&self, upload: &Upload) -> Result<Option<Vec<u8>>> {
        Ok(self.objects.lock().unwrap().get(&upload.to_string()).cloned())
    }

    async fn publish(&self, key: &PhotoKey, size: u32, jpeg: Vec<u8>) -> Result<()> {
        assert!(!self.drafts.lock().unwrap().is_empty(), "copies are noted first");
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

fn user() -> UserId {
    UserId::from_parts(NOW, [1; 10])
}

fn photo() -> PhotoId {
    PhotoId::from_parts(NOW, [2; 10])
}

fn key() -> PhotoKey {
    PhotoKey::new([3; 16])
}

fn place() -> Upload {
    Upload { user_id: user(), photo_id: photo() }
}

fn copies() -> Vec<String> {
    BTreeSet::from(SIZES.map(|size| key().object(size))).into_iter().collect()
}

#[tokio::test]
async fn an_upload_becomes_three_copies_and_is_thrown_away() {
    let world = World::with(PICTURE);
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert_eq!(world.names(), copies());
    let objects = world.objects.lock().unwrap();
    assert!(objects.values().all(|copy| copy != PICTURE), "what was uploaded is never passed on");
}

#[tokio::test]
async fn a_refused_upload_leaves_its_reason() {
    let world = World::with(b"<html>");
    world.hears_of_the_upload().await.unwrap();
    assert_eq!(world.state(), Some(State::Refused(Refusal::Type)));
    assert_eq!(world.names(), [""; 0]);
    assert!(world.reviews.lock().unwrap().is_empty(), "nobody needs to look at what cannot be shown");
}

#[tokio::test]
async fn a_message_that_comes_again_changes_nothing() {
    let world = World::with(PICTURE);
    world.hears_of_the_upload().await.unwrap();
    let before = world.album.lock().unwrap().clone();
    let published = world.objects.lock().unwrap().clone();
    // The form is still good, and somebody uses it again for something else.
    for other in [b"<html>", &include_bytes!("../../../shared/pictures/src/tests/files/grey.jpg")[..]] {
        world.objects.lock().unwrap().insert(place().to_string(), other.to_vec());
        world.hears_of_the_upload().await.unwrap();
        assert_eq!(*world.album.lock().unwrap(), before);
        assert_eq!(*world.objects.lock().unwrap(), published, "the second upload is gone, and nothing was made of it");
    }
}

#[tokio::test]
async fn a_run_that_died_half_way_is_taken_up() {
    let world = World::with(PICTURE);
    *world.publishing_fails.lock().unwrap() = true;
    world.hears_of_the_upload().await.unwrap_err();
    assert_eq!((world.state(), world.names().len()), (Some(State::Checking), 1), "nothing is lost");
    *world.publishing_fails.lock().unwrap() = false;
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert_eq!(world.names(), copies());
}

#[tokio::test]
async fn what_is_deleted_meanwhile_leaves_nothing() {
    let world = World::with(PICTURE);
    *world.interruption.lock().unwrap() = Some(Box::new(World::is_deleted));
    world.hears_of_the_upload().await.unwrap();
    assert_eq!((world.state(), world.names(), world.drafts.lock().unwrap().len()), (None, Vec::new(), 0));
}

#[tokio::test]
async fn what_was_deleted_before_is_not_even_read() {
    let world = World::with(PICTURE);
    world.is_deleted();
    world.hears_of_the_upload().await.unwrap();
    assert_eq!(world.names(), [""; 0]);
}

#[tokio::test]
async fn an_album_that_is_edited_meanwhile_keeps_both_changes() {
    let world = World::with(PICTURE);
    let other = PhotoId::from_parts(NOW, [9; 10]);
    *world.interruption.lock().unwrap() = Some(Box::new(move |world| {
        let mut album = world.album.lock().unwrap();
        *album = album.with_slot(other, PhotoKey::new([9; 16]), NOW).unwrap();
    }));
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert!(world.album.lock().unwrap().find(other).is_some());
}

#[tokio::test]
async fn tests_of_the_queue_are_heard_and_strange_names_are_not() {
    let world = World::with(PICTURE);
    world.hears(json!({ "Event": "s3:TestEvent" })).await.unwrap();
    world.hears(json!({})).await.unwrap_err();
    world.hears(json!({ "Records": [{ "s3": { "object": { "key": "quarantine/x" } } }] })).await.unwrap_err();
    assert_eq!(world.state(), Some(State::Checking));
}

#[tokio::test]
async fn what_can_be_shown_is_for_staff_to_look_at_and_held_where_that_comes_first() {
    let shown = World::with(PICTURE);
    shown.hears_of_the_upload().await.unwrap();
    let review = Review { photo_id: photo(), user_id: user(), since: NOW };
    assert_eq!((shown.is_ready(), &shown.reviews.lock().unwrap()[..]), (true, &[review][..]));

    let held = World::with(PICTURE);
    *held.screening.lock().unwrap() = Screening::Hold;
    held.hears_of_the_upload().await.unwrap();
    held.hears_of_the_upload().await.unwrap();
    assert!(matches!(held.state(), Some(State::Held(_))));
    let asked = held.reviews.lock().unwrap().len();
    assert_eq!((held.names().len(), asked), (3, 1), "its copies wait, and it is asked about once");
}
