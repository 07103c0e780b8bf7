//! Messages and what becomes of uploads, with a bucket and an album in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use futures::future::BoxFuture;
use serde_json::json;
use shared::domain::id::{Id, PhotoId, UserId};
use shared::domain::photo::Album;
use shared::domain::time::Timestamp;
use shared::ports::ambient::{Clock, Rng};
use shared::ports::photos::PhotoBin;

use super::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);
const ANOTHER: &[u8] = include_bytes!("../../../shared/pictures/src/tests/files/grey.jpg");
const PICTURE: &[u8] = include_bytes!("../../../shared/pictures/src/tests/files/baseline.jpg");

/// What happens between two steps of the function.
type Interruption = Box<dyn FnOnce(Arc<World>) -> BoxFuture<'static, ()> + Send>;

/// A person with an album, and a bucket.
struct World {
    album: Mutex<Album>,
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Before the next verdict is written.
    interruption: Mutex<Option<Interruption>>,
    /// How often somebody else will be faster.
    faster: Mutex<u32>,
    /// Whether the next verdict is written, and is told to be none.
    answer_is_lost: Mutex<bool>,
    drawn: Mutex<u8>,
    publishing_fails: Mutex<bool>,
    screening: Mutex<Screening>,
    reviews: Mutex<Vec<Review>>,
    /// Of which there may be copies that no album names.
    drafts: Mutex<Vec<Draft>>,
}

impl World {
    fn with(upload: &[u8]) -> Arc<Self> {
        let album = Album::empty(user()).with_slot(photo(), NOW).unwrap();
        let objects = BTreeMap::from([(place().to_string(), upload.to_vec())]);
        Arc::new(Self {
            album: Mutex::new(album),
            objects: Mutex::new(objects),
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

    async fn hears(self: &Arc<Self>, message: serde_json::Value) -> Result<()> {
        let deps = Deps {
            albums: Arc::new(Interrupted(self.clone())),
            drafts: self.clone(),
            desk: self.clone(),
            screen: self.clone(),
            ambient: Ambient::new(self.clone(), self.clone()),
        };
        validate(&deps, serde_json::from_value(message).unwrap()).await
    }

    async fn hears_of_the_upload(self: &Arc<Self>) -> Result<()> {
        self.hears(json!({ "name": place().to_string() })).await
    }

    /// The form is used again, for something else.
    fn is_uploaded_again(&self, upload: &[u8]) {
        self.objects.lock().unwrap().insert(place().to_string(), upload.to_vec());
    }

    fn state(&self) -> Option<State> {
        self.album.lock().unwrap().find(photo()).map(|photo| photo.state.clone())
    }

    fn is_ready(&self) -> bool {
        matches!(self.state(), Some(State::Ready(_)))
    }

    /// Where the copies lie that the album names.
    fn copies(&self) -> Vec<String> {
        let key = self.album.lock().unwrap().find(photo()).and_then(Photo::key).cloned();
        let mut copies: Vec<_> = key.iter().flat_map(|key| SIZES.map(|size| key.object(size))).collect();
        copies.sort();
        copies
    }

    fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }

    fn is_deleted(&self) {
        let mut album = self.album.lock().unwrap();
        *album = album.without(photo());
    }
}

/// The album, as a run has it that somebody comes in between of.
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

fn user() -> UserId {
    UserId::from_parts(NOW, [1; 10])
}

fn photo() -> PhotoId {
    PhotoId::from_parts(NOW, [2; 10])
}

fn place() -> Upload {
    Upload { user_id: user(), photo_id: photo() }
}

#[tokio::test]
async fn an_upload_becomes_three_copies_and_is_thrown_away() {
    let world = World::with(PICTURE);
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert_eq!((world.names().len(), world.names()), (3, world.copies()));
    let objects = world.objects.lock().unwrap();
    assert!(objects.values().all(|copy| copy != PICTURE), "what was uploaded is never passed on");
}

#[tokio::test]
async fn a_refused_upload_leaves_its_reason() {
    let world = World::with(b"<html>");
    world.hears_of_the_upload().await.unwrap();
    assert_eq!(world.state(), Some(State::Refused { reason: Refusal::Type, key: None }));
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
    for other in [b"<html>", ANOTHER] {
        world.is_uploaded_again(other);
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
    assert_eq!((world.names().len(), world.names()), (3, world.copies()));
}

#[tokio::test]
async fn what_is_deleted_meanwhile_leaves_nothing() {
    let world = World::with(PICTURE);
    *world.interruption.lock().unwrap() = Some(Box::new(|world| Box::pin(async move { world.is_deleted() })));
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
        Box::pin(async move {
            let mut album = world.album.lock().unwrap();
            *album = album.with_slot(other, NOW).unwrap();
        })
    }));
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert!(world.album.lock().unwrap().find(other).is_some());
}

#[tokio::test]
async fn strange_names_are_not_heard_nor_what_more_is_told_than_a_name() {
    let world = World::with(PICTURE);
    world.hears(json!({ "name": "quarantine/x" })).await.unwrap_err();
    assert_eq!(world.state(), Some(State::Checking));
    let name = place().to_string();
    for message in [
        json!({}),
        json!({ "name": name, "address": "203.0.113.7" }),
        json!({ "Records": [{ "s3": { "object": { "key": name } } }] }),
    ] {
        assert!(serde_json::from_value::<Uploaded>(message.clone()).is_err(), "{message}");
    }
}

#[tokio::test]
async fn of_two_runs_side_by_side_one_publishes_and_the_other_leaves_nothing() {
    for other in [ANOTHER, b"<html>"] {
        let world = World::with(PICTURE);
        *world.screening.lock().unwrap() = Screening::Hold;
        // The second one begins when the first one has stored its copies, and is done before.
        *world.interruption.lock().unwrap() = Some(Box::new(move |world| {
            Box::pin(async move {
                world.is_uploaded_again(other);
                *world.screening.lock().unwrap() = Screening::Show;
                world.hears_of_the_upload().await.unwrap();
            })
        }));
        world.hears_of_the_upload().await.unwrap();
        assert_eq!(world.is_ready(), other == ANOTHER, "the verdict is that of the faster one");
        assert_eq!(world.names(), world.copies(), "and so are the copies");
        let made = pictures::process(other, &SIZES).map_or_else(|_| Vec::new(), |photo| photo.renditions);
        let mut made: Vec<_> = made.into_iter().map(|copy| copy.jpeg).collect();
        let mut stored: Vec<_> = world.objects.lock().unwrap().values().cloned().collect();
        (made.sort(), stored.sort());
        assert!(made == stored, "copies of one upload under the verdict on another");
        assert!(world.drafts.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_verdict_that_stands_although_its_answer_was_lost_keeps_its_copies() {
    let world = World::with(PICTURE);
    *world.answer_is_lost.lock().unwrap() = true;
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    assert_eq!((world.names().len(), world.names()), (3, world.copies()));
}

#[tokio::test]
async fn an_album_of_which_all_photos_change_at_once_gets_its_verdict() {
    let world = World::with(PICTURE);
    *world.faster.lock().unwrap() = ALBUM_ROUNDS - 1;
    world.hears_of_the_upload().await.unwrap();
    assert!(world.is_ready());
    let stuck = World::with(PICTURE);
    *stuck.faster.lock().unwrap() = ALBUM_ROUNDS;
    assert!(stuck.hears_of_the_upload().await.unwrap_err().retryable());
    assert_eq!(stuck.state(), Some(State::Checking));
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
