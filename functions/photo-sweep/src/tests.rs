//! Drafts of every age and kind, with albums and a bucket in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use shared::domain::id::{Id, PhotoId, UserId};
use shared::domain::photo::{Album, Look, PhotoKey, Refusal, Review, SIZES, State, Upload};
use shared::domain::time::Timestamp;
use shared::error::Error;
use shared::ports::ambient::{Clock, Rng};

use super::*;

const NOW: Timestamp = Timestamp::from_unix_seconds(10_000_000);
const DAY: Duration = Duration::from_hours(24);

#[derive(Default)]
struct World {
    albums: Mutex<BTreeMap<UserId, Album>>,
    drafts: Mutex<Vec<Draft>>,
    objects: Mutex<BTreeSet<String>>,
    /// Whose copies cannot be taken away.
    stuck: Mutex<Option<PhotoKey>>,
}

fn user(number: u8) -> UserId {
    UserId::from_parts(NOW, [number; 10])
}

fn key(number: u8) -> PhotoKey {
    PhotoKey::new([number; 16])
}

impl World {
    /// A photo of somebody that was begun then, with its copies and a draft.
    fn has(&self, number: u8, begun: Timestamp, state: Option<State>) -> PhotoId {
        let photo_id = PhotoId::from_parts(begun, [number; 10]);
        let album = Album::empty(user(number)).with_slot(photo_id, begun).unwrap();
        let album = match state {
            Some(state) => album.with_verdict(photo_id, state).unwrap_or(album),
            None => album.without(photo_id),
        };
        self.albums.lock().unwrap().insert(user(number), album);
        self.has_copies(number, photo_id, number);
        photo_id
    }

    /// Copies of somebody's photo that a validator made under this key.
    fn has_copies(&self, of: u8, photo_id: PhotoId, number: u8) {
        self.drafts.lock().unwrap().push(Draft { photo_id, user_id: user(of), key: key(number) });
        self.objects.lock().unwrap().extend(SIZES.map(|size| key(number).object(size)));
    }

    async fn is_swept(self: &Arc<Self>) -> Result<()> {
        let deps = Deps {
            drafts: self.clone(),
            albums: self.clone(),
            bin: self.clone(),
            ambient: Ambient::new(self.clone(), self.clone()),
        };
        sweep(&deps).await
    }

    /// Whose copies are there, and whose drafts.
    fn left(&self) -> (Vec<u8>, Vec<PhotoId>) {
        let objects = self.objects.lock().unwrap();
        let copies = (0..=u8::MAX).filter(|number| objects.contains(&key(*number).object(SIZES[0]))).collect();
        (copies, self.drafts.lock().unwrap().iter().map(|draft| draft.photo_id).collect())
    }
}

#[async_trait]
impl Albums for World {
    async fn find(&self, user_id: UserId) -> Result<Album> {
        let album = self.albums.lock().unwrap().get(&user_id).cloned().unwrap_or_else(|| Album::empty(user_id));
        Ok(Album::restore(user_id, album.version, album.photos().to_vec(), NOW))
    }

    async fn replace(&self, _: &Album) -> Result<bool> {
        unreachable!("sweeping changes no album")
    }

    async fn replace_for_review(&self, _: &Album, _: &Review, _: &Draft) -> Result<bool> {
        unreachable!("sweeping changes no album")
    }

    async fn replace_without(&self, _: &Album, _: PhotoId) -> Result<bool> {
        unreachable!("sweeping changes no album")
    }
}

#[async_trait]
impl PhotoDrafts for World {
    async fn note(&self, _: &Draft) -> Result<()> {
        unreachable!("sweeping begins nothing")
    }

    async fn before(&self, photo_id: PhotoId, limit: usize) -> Result<Vec<Draft>> {
        let mut before = self.drafts.lock().unwrap().clone();
        before.retain(|draft| draft.photo_id < photo_id);
        before.sort_by_key(|draft| draft.photo_id);
        before.truncate(limit);
        Ok(before)
    }

    async fn forget(&self, draft: &Draft) -> Result<()> {
        self.drafts.lock().unwrap().retain(|other| other != draft);
        Ok(())
    }
}

#[async_trait]
impl PhotoBin for World {
    async fn discard(&self, _: &Upload) -> Result<()> {
        unreachable!("uploads go by themselves")
    }

    async fn discard_all(&self, _: UserId) -> Result<()> {
        unreachable!("uploads go by themselves")
    }

    async fn withdraw(&self, key: &PhotoKey) -> Result<()> {
        if self.stuck.lock().unwrap().as_ref() == Some(key) {
            return Err(Error::unavailable("the bucket is away"));
        }
        self.objects.lock().unwrap().retain(|name| !SIZES.iter().any(|size| *name == key.object(*size)));
        Ok(())
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        NOW
    }
}

impl Rng for World {
    fn fill(&self, _: &mut [u8]) {
        unreachable!("nothing is drawn")
    }
}

fn look(number: u8) -> Look {
    Look { key: key(number), sizes: vec![(3, 2)], blurhash: "L".to_owned() }
}

fn refused(reason: Refusal, key: Option<PhotoKey>) -> State {
    State::Refused { reason, key }
}

#[tokio::test]
async fn what_no_album_shows_is_gone_after_a_day() {
    let world = Arc::new(World::default());
    let old = NOW - DAY - Duration::from_millis(1);
    world.has(1, old, None);
    world.has(2, old, Some(State::Ready(look(2))));
    world.has(3, old, Some(State::Held(look(3))));
    world.has(4, old, Some(refused(Refusal::Type, None)));
    world.has(5, old, Some(State::Checking));
    world.has(7, old, Some(refused(Refusal::Moderated, Some(key(7)))));
    let young = world.has(6, NOW - DAY, None);
    world.is_swept().await.unwrap();
    assert_eq!(world.left(), (vec![2, 3, 6], vec![young]), "what is shown stays, and so does what may still be noted");
    world.is_swept().await.unwrap();
    assert_eq!(world.left(), (vec![2, 3, 6], vec![young]), "doing it twice is doing it once");
}

#[tokio::test]
async fn of_several_runs_that_made_copies_those_stay_that_are_shown() {
    let world = Arc::new(World::default());
    let photo_id = world.has(1, NOW - DAY - DAY, Some(State::Ready(look(2))));
    world.has_copies(1, photo_id, 2);
    world.has_copies(1, photo_id, 3);
    world.is_swept().await.unwrap();
    assert_eq!(world.left(), (vec![2], Vec::new()));
}

#[tokio::test]
async fn one_that_fails_keeps_no_other_and_comes_again() {
    let world = Arc::new(World::default());
    let old = NOW - DAY - DAY;
    let stuck = world.has(1, old, None);
    world.has(2, old, None);
    *world.stuck.lock().unwrap() = Some(key(1));
    world.is_swept().await.unwrap_err();
    assert_eq!(world.left(), (vec![1], vec![stuck]));
    *world.stuck.lock().unwrap() = None;
    world.is_swept().await.unwrap();
    assert_eq!(world.left(), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn a_run_is_bounded_and_the_next_one_goes_on() {
    let world = Arc::new(World::default());
    for number in 0..=u8::MAX {
        world.has(number, NOW - DAY - DAY + Duration::from_secs(number.into()), None);
    }
    world.is_swept().await.unwrap();
    assert_eq!(world.left().0, (200..=u8::MAX).collect::<Vec<_>>(), "the oldest ones went first");
    world.is_swept().await.unwrap();
    assert_eq!(world.left(), (Vec::new(), Vec::new()));
}
