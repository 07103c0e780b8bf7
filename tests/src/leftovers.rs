//! Copies of photos that belong to nobody: the validator and the sweep die between any two of their calls, before or after the
//! call was heard, while the owner deletes the photo, uploads something else, or does nothing. Whatever happened, a day later
//! the bucket has the copies that albums show, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use shared::domain::id::{Id, PhotoId, UserId};
use shared::domain::photo::{Album, Draft, PhotoKey, Review, SIZES, Screening, State, Upload};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::{Ambient, Clock, Rng};
use shared::ports::photos::{Albums, PhotoBin, PhotoDesk, PhotoDrafts, PhotoScreen};

const START: Timestamp = Timestamp::from_unix_seconds(1_000_000);
const PICTURE: &[u8] = include_bytes!("../../shared/pictures/src/tests/files/grey.png");
/// More than any run has calls.
const MANY: usize = 30;

fn user() -> UserId {
    UserId::from_parts(START, [1; 10])
}

fn photo() -> PhotoId {
    PhotoId::from_parts(START, [2; 10])
}

fn key() -> PhotoKey {
    PhotoKey::new([3; 16])
}

fn upload() -> Upload {
    Upload { user_id: user(), photo_id: photo() }
}

/// When a function dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    Never,
    /// Before the call of this number is heard.
    Before(usize),
    /// After it was heard, before it is answered.
    After(usize),
}

/// What the owner does while nobody works.
#[derive(Clone, Copy, Debug)]
enum Owner {
    Rests,
    Deletes,
    UploadsSomethingElse,
}

struct World {
    album: Mutex<Album>,
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    drafts: Mutex<BTreeMap<PhotoId, Draft>>,
    now: Mutex<Timestamp>,
    death: Mutex<Death>,
    calls: Mutex<usize>,
    /// At which call of the validator the owner deletes the photo.
    deletion: Option<usize>,
}

impl World {
    fn new(deletion: Option<usize>) -> Arc<Self> {
        let album = Album::empty(user()).with_slot(photo(), key(), START).unwrap();
        Arc::new(Self {
            album: Mutex::new(album),
            objects: Mutex::new(BTreeMap::from([(upload().to_string(), PICTURE.to_vec())])),
            drafts: Mutex::default(),
            now: Mutex::new(START),
            death: Mutex::new(Death::Never),
            calls: Mutex::default(),
            deletion,
        })
    }

    /// Does what is called for, unless death comes before, and answers, unless it comes after.
    fn call<T>(&self, work: impl FnOnce() -> T) -> Result<T> {
        let number = *self.calls.lock().unwrap();
        *self.calls.lock().unwrap() += 1;
        if self.deletion == Some(number) {
            self.is_deleted();
        }
        let died = || Err(Error::unavailable("dead"));
        match *self.death.lock().unwrap() {
            Death::Before(of) if number >= of => died(),
            Death::After(of) if number > of => died(),
            Death::After(of) if number == of => (work(), died()).1,
            _ => Ok(work()),
        }
    }

    /// As `profiles` does it: the bytes first.
    fn is_deleted(&self) {
        self.objects.lock().unwrap().clear();
        let mut album = self.album.lock().unwrap();
        *album = album.without(photo());
    }

    fn is_left_to(&self, owner: Owner) {
        match owner {
            Owner::Rests => {}
            Owner::Deletes => self.is_deleted(),
            Owner::UploadsSomethingElse => {
                self.objects.lock().unwrap().insert(upload().to_string(), b"no picture".to_vec());
            }
        }
    }

    async fn is_validated(self: &Arc<Self>, death: Death) -> Result<()> {
        self.begins(death);
        let deps = photo_validate::Deps {
            albums: self.clone(),
            drafts: self.clone(),
            desk: self.clone(),
            screen: self.clone(),
            ambient: Ambient::new(self.clone(), self.clone()),
        };
        let message = json!({ "Records": [{ "s3": { "object": { "key": upload().to_string() } } }] });
        photo_validate::validate(&deps, serde_json::from_value(message).unwrap()).await
    }

    async fn is_swept(self: &Arc<Self>, death: Death) -> Result<()> {
        self.begins(death);
        let deps = photo_sweep::Deps {
            drafts: self.clone(),
            albums: self.clone(),
            bin: self.clone(),
            ambient: Ambient::new(self.clone(), self.clone()),
        };
        photo_sweep::sweep(&deps).await
    }

    fn begins(&self, death: Death) {
        *self.death.lock().unwrap() = death;
        *self.calls.lock().unwrap() = 0;
    }

    fn passes(&self, time: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = *now + time;
    }

    fn shown(&self) -> BTreeSet<String> {
        let album = self.album.lock().unwrap();
        let shows = |state: &State| matches!(state, State::Ready(_) | State::Held(_));
        let is_shown = album.find(photo()).is_some_and(|photo| shows(&photo.state));
        if is_shown { SIZES.map(|size| key().object(size)).into() } else { BTreeSet::new() }
    }

    fn store(&self, album: &Album) -> bool {
        let mut stored = self.album.lock().unwrap();
        let is_next = stored.version + 1 == album.version;
        if is_next {
            *stored = album.clone();
        }
        is_next
    }

    fn copies(&self) -> BTreeSet<String> {
        self.objects.lock().unwrap().keys().filter(|name| name.starts_with("photos/")).cloned().collect()
    }
}

#[async_trait]
impl Albums for World {
    async fn find(&self, user_id: UserId) -> Result<Album> {
        self.call(|| {
            let (album, now) = (self.album.lock().unwrap(), *self.now.lock().unwrap());
            Album::restore(user_id, album.version, album.photos().to_vec(), now)
        })
    }

    async fn replace(&self, album: &Album) -> Result<bool> {
        self.call(|| self.store(album))
    }

    async fn replace_for_review(&self, album: &Album, review: &Review) -> Result<bool> {
        self.call(|| self.store(album) && (self.drafts.lock().unwrap().remove(&review.photo_id), true).1)
    }

    async fn replace_without(&self, album: &Album, _: PhotoId) -> Result<bool> {
        self.replace(album).await
    }
}

#[async_trait]
impl PhotoDrafts for World {
    async fn note(&self, draft: &Draft) -> Result<()> {
        self.call(|| drop(self.drafts.lock().unwrap().insert(draft.photo_id, draft.clone())))
    }

    async fn before(&self, photo_id: PhotoId, limit: usize) -> Result<Vec<Draft>> {
        self.call(|| {
            self.drafts.lock().unwrap().range(..photo_id).take(limit).map(|(_, draft)| draft.clone()).collect()
        })
    }

    async fn forget(&self, photo_id: PhotoId) -> Result<()> {
        self.call(|| drop(self.drafts.lock().unwrap().remove(&photo_id)))
    }
}

#[async_trait]
impl PhotoBin for World {
    async fn discard(&self, upload: &Upload) -> Result<()> {
        self.call(|| drop(self.objects.lock().unwrap().remove(&upload.to_string())))
    }

    async fn discard_all(&self, _: UserId) -> Result<()> {
        unreachable!("nobody is erased")
    }

    async fn withdraw(&self, key: &PhotoKey) -> Result<()> {
        for size in SIZES {
            self.call(|| drop(self.objects.lock().unwrap().remove(&key.object(size))))?;
        }
        Ok(())
    }
}

#[async_trait]
impl PhotoDesk for World {
    async fn read(&self, upload: &Upload) -> Result<Option<Vec<u8>>> {
        self.call(|| self.objects.lock().unwrap().get(&upload.to_string()).cloned())
    }

    async fn publish(&self, key: &PhotoKey, size: u32, jpeg: Vec<u8>) -> Result<()> {
        self.call(|| drop(self.objects.lock().unwrap().insert(key.object(size), jpeg)))
    }
}

#[async_trait]
impl PhotoScreen for World {
    async fn screen(&self, _: &[u8]) -> Result<Screening> {
        Ok(Screening::Show)
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(1);
    }
}

/// One history; answers whether the first validator died.
async fn play(first: Death, deletion: Option<usize>, owner: Owner, comes_again: bool, sweep: Death) -> bool {
    let history = format!("{first:?}, deleted at {deletion:?}, {owner:?}, again: {comes_again}, sweep {sweep:?}");
    let world = World::new(deletion);
    let died = world.is_validated(first).await.is_err();
    world.is_left_to(owner);
    if comes_again {
        world.is_validated(Death::Never).await.unwrap_or_else(|error| panic!("{history}: {error}"));
    }
    world.passes(Duration::from_hours(23));
    world.is_swept(Death::Never).await.unwrap();
    world.passes(Duration::from_hours(2));
    let swept = world.is_swept(sweep).await;
    assert!(sweep != Death::Never || swept.is_ok(), "{history}");
    world.is_swept(Death::Never).await.unwrap();
    assert_eq!(world.copies(), world.shown(), "{history}");
    assert!(world.drafts.lock().unwrap().is_empty(), "{history}");
    died
}

#[tokio::test]
async fn whoever_dies_when_a_day_later_there_are_only_copies_that_albums_show() {
    let mut deaths = 0;
    for at in 0..MANY {
        for first in [Death::Before(at), Death::After(at)] {
            for owner in [Owner::Rests, Owner::Deletes, Owner::UploadsSomethingElse] {
                for comes_again in [false, true] {
                    deaths += usize::from(play(first, None, owner, comes_again, Death::Never).await);
                }
                for of_sweep in 0..8 {
                    play(first, None, owner, false, Death::Before(of_sweep)).await;
                    play(first, None, owner, false, Death::After(of_sweep)).await;
                }
            }
            for deletion in 0..MANY {
                play(first, Some(deletion), Owner::Rests, false, Death::Never).await;
            }
        }
    }
    assert!(deaths > 100, "{deaths}");
}
