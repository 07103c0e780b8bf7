//! One photo and the bucket, and what is done with both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use admin::photos::Desk;
use serde_json::json;
use shared::domain::account::Role;
use shared::domain::audit::{Act, AuditEntry};
use shared::domain::id::{Id, PhotoId, UserId};
use shared::domain::photo::{Album, Draft, Look, Photo, SIZES, Upload};
use shared::domain::time::Timestamp;
use shared::error::Result;
use shared::ports::ambient::{Ambient, Clock, Rng};

use super::run::Run;

const START: Timestamp = Timestamp::from_unix_seconds(1_000_000);
const PICTURE: &[u8] = include_bytes!("../../../shared/pictures/src/tests/files/grey.png");
const ANOTHER: &[u8] = include_bytes!("../../../shared/pictures/src/tests/files/baseline.jpg");

/// What becomes of the two pictures, by their blurhash.
static COPIES: LazyLock<BTreeMap<String, Vec<Vec<u8>>>> = LazyLock::new(|| {
    let made = [PICTURE, ANOTHER].map(|picture| pictures::process(picture, &SIZES).unwrap());
    made.map(|photo| (photo.blurhash, photo.renditions.into_iter().map(|copy| copy.jpeg).collect())).into()
});

fn user() -> UserId {
    UserId::from_parts(START, [1; 10])
}

fn photo() -> PhotoId {
    PhotoId::from_parts(START, [2; 10])
}

fn upload() -> Upload {
    Upload { user_id: user(), photo_id: photo() }
}

/// When a function dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    Never,
    /// Before the call of this number is heard.
    Before(usize),
    /// After it was heard, before it is answered.
    After(usize),
}

pub(super) fn deaths(calls: usize) -> impl Iterator<Item = Death> {
    (0..calls).flat_map(|at| [Death::Before(at), Death::After(at)])
}

/// What the owner does, while nobody works or at the same moment.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    Rests,
    Deletes,
    UploadsSomethingElse,
    /// With the same form, and a second validator looks at it.
    HasAnotherLookedAt,
}

pub(super) struct World {
    pub(super) album: Mutex<Album>,
    pub(super) objects: Mutex<BTreeMap<String, Vec<u8>>>,
    pub(super) drafts: Mutex<Vec<Draft>>,
    pub(super) now: Mutex<Timestamp>,
    drawn: Mutex<u64>,
}

impl World {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            album: Mutex::new(Album::empty(user()).with_slot(photo(), START).unwrap()),
            objects: Mutex::new(BTreeMap::from([(upload().to_string(), PICTURE.to_vec())])),
            drafts: Mutex::default(),
            now: Mutex::new(START),
            drawn: Mutex::default(),
        })
    }

    fn ambient(self: &Arc<Self>) -> Ambient {
        Ambient::new(self.clone(), self.clone())
    }

    pub(super) async fn is_left_to(self: &Arc<Self>, owner: Owner) {
        match owner {
            Owner::Rests => {}
            // As `profiles` does it: the bytes first.
            Owner::Deletes => {
                let mut album = self.album.lock().unwrap();
                let mut objects = self.objects.lock().unwrap();
                objects.remove(&upload().to_string());
                for size in SIZES {
                    album.find(photo()).and_then(Photo::key).map(|key| objects.remove(&key.object(size)));
                }
                *album = album.without(photo());
            }
            Owner::UploadsSomethingElse => {
                self.objects.lock().unwrap().insert(upload().to_string(), b"no picture".to_vec());
            }
            Owner::HasAnotherLookedAt => {
                self.objects.lock().unwrap().insert(upload().to_string(), ANOTHER.to_vec());
                self.is_validated(Death::Never, None).await.unwrap();
            }
        }
    }

    pub(super) async fn is_validated(self: &Arc<Self>, death: Death, meanwhile: Option<(usize, Owner)>) -> Result<()> {
        let run = Run::begins(self, death, meanwhile);
        let ambient = self.ambient();
        let deps =
            photo_validate::Deps { albums: run.clone(), drafts: run.clone(), desk: run.clone(), screen: run, ambient };
        let message = json!({ "name": upload().to_string() });
        photo_validate::validate(&deps, serde_json::from_value(message).unwrap()).await
    }

    pub(super) async fn is_refused(self: &Arc<Self>, death: Death, meanwhile: Option<(usize, Owner)>) -> Result<()> {
        let run = Run::begins(self, death, meanwhile);
        let desk = Desk { reviews: run.clone(), albums: run.clone(), links: run.clone(), bin: run };
        let (id, act) = (self.ambient().id(), Act::PhotoRefused { photo_id: photo() });
        let entry =
            AuditEntry { id, at: START, actor_id: None, subject_id: Some(user()), act, reason: None, request_id: None };
        desk.refuse(user(), photo(), &entry, Role::Moderator).await
    }

    async fn is_swept(self: &Arc<Self>, death: Death) -> Result<()> {
        let run = Run::begins(self, death, None);
        let deps = photo_sweep::Deps { drafts: run.clone(), albums: run.clone(), bin: run, ambient: self.ambient() };
        photo_sweep::sweep(&deps).await
    }

    pub(super) fn is_shown(&self) -> bool {
        self.album.lock().unwrap().find(photo()).and_then(Photo::look).is_some()
    }

    fn passes(&self, time: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = *now + time;
    }

    pub(super) fn store(&self, album: &Album) -> bool {
        let mut stored = self.album.lock().unwrap();
        let is_next = stored.version + 1 == album.version;
        if is_next {
            *stored = album.clone();
        }
        is_next
    }

    /// A day goes by, in which the sweep dies once, and what is left is what is shown.
    pub(super) async fn comes_to_rest(self: &Arc<Self>, sweep: Death, history: &str) {
        self.passes(Duration::from_hours(23));
        self.is_swept(Death::Never).await.unwrap();
        self.passes(Duration::from_hours(2));
        let swept = self.is_swept(sweep).await;
        assert!(sweep != Death::Never || swept.is_ok(), "{history}");
        self.is_swept(Death::Never).await.unwrap();
        let album = self.album.lock().unwrap();
        let look = album.find(photo()).and_then(Photo::look);
        let copies =
            |look: &Look| SIZES.map(|size| look.key.object(size)).into_iter().zip(COPIES[&look.blurhash].clone());
        let shown: BTreeMap<String, Vec<u8>> = look.into_iter().flat_map(copies).collect();
        let mut stored = self.objects.lock().unwrap().clone();
        stored.retain(|name, _| name.starts_with("photos/"));
        let names = |objects: &BTreeMap<String, Vec<u8>>| objects.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(&stored), names(&shown), "{history}");
        assert!(stored == shown, "copies of one upload under the verdict on another: {history}");
        assert!(self.drafts.lock().unwrap().is_empty(), "{history}");
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        let mut drawn = self.drawn.lock().unwrap();
        *drawn += 1;
        let chance = drawn.to_be_bytes();
        bytes.iter_mut().zip(chance.iter().rev().cycle()).for_each(|(byte, chance)| *byte = *chance);
    }
}
