//! Everything around the index, in memory and in the hand of a test.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::domain::embedding::{DIMENSIONS, Embedding, ModelId, Vector};
use crate::domain::profile::{Field, Profile, ProfileDetails};
use crate::domain::retrieval::{Row, Rows, Segment};
use crate::error::Error;
use crate::ports::ambient::{Clock, Rng};
use crate::ports::candidates::{Line, StoredSegment};
use crate::ports::etag::ETag;

pub(super) const START: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

#[derive(Default)]
pub(super) struct World {
    /// Seconds since the start.
    now: AtomicU64,
    people: Mutex<BTreeMap<UserId, Person>>,
    /// Edits that the directory does not show yet.
    pub(super) late: Mutex<Vec<UserId>>,
    objects: Mutex<BTreeMap<String, (ETag, Vec<u8>)>>,
    pub(super) bucket_is_down: Mutex<bool>,
    /// It takes calls and never answers.
    pub(super) bucket_is_silent: Mutex<bool>,
    pub(super) directory_is_down: Mutex<bool>,
    pub(super) lists: AtomicUsize,
    pub(super) reads: AtomicUsize,
    pub(super) queries: AtomicUsize,
    pub(super) people_read: AtomicUsize,
}

pub(super) struct Stage {
    pub(super) world: Arc<World>,
    pub(super) index: SegmentIndex,
    pub(super) seeker: Person,
}

impl Stage {
    /// Somebody who looks for others, and these others, all designers.
    pub(super) fn with(people: impl IntoIterator<Item = u128>) -> Self {
        Self::of(CAPACITY, people)
    }

    pub(super) fn of(capacity: usize, people: impl IntoIterator<Item = u128>) -> Self {
        let world = Arc::new(World::default());
        world.writes(1, &json!({"visible": false, "bio": "boats"}));
        world.embeds(1, 7);
        for number in people {
            world.writes(number, &json!({}));
        }
        let (index, seeker) = (world.index(capacity), world.person(1));
        Self { world, index, seeker }
    }

    pub(super) async fn search(&self) -> Candidates {
        self.index.search(&self.seeker, &Model::default(), &Wanted::default(), 300).await.unwrap()
    }

    /// The numbers of those who are found, in ascending order.
    pub(super) async fn found(&self) -> Vec<u128> {
        let mut numbers: Vec<u128> = self.search().await.ids.iter().map(|id| id.as_uuid().as_u128()).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Another process, which knows nothing yet.
    pub(super) fn restarts(&mut self) {
        self.index = self.world.index(CAPACITY);
    }
}

pub(super) fn id(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

impl World {
    pub(super) fn index(self: &Arc<Self>, capacity: usize) -> SegmentIndex {
        let sources = Sources {
            segments: self.clone(),
            directory: self.clone(),
            profiles: self.clone(),
            ambient: Ambient::new(self.clone(), self.clone()),
        };
        SegmentIndex::new(sources, Limits { capacity, poll: Duration::from_secs(20) })
    }

    pub(super) fn passes(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Somebody writes or edits their profile now.
    pub(super) fn writes(&self, number: u128, said: &Value) {
        let mut body = json!({"name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC"});
        for (name, value) in said.as_object().unwrap() {
            body[name] = value.clone();
        }
        let details = ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
        let mut people = self.people.lock().unwrap();
        let profile = match people.get(&id(number)) {
            Some(person) => person.profile.clone().edited(details, Clock::now(self)),
            None => Profile::new(id(number), details, Clock::now(self)),
        };
        people.insert(id(number), Person::new(profile, None));
    }

    /// The vector of what somebody says is there.
    pub(super) fn embeds(&self, number: u128, direction: usize) {
        let mut people = self.people.lock().unwrap();
        let profile = people[&id(number)].profile.clone();
        let mut components = [0.0; DIMENSIONS];
        components[direction] = 1.0;
        let vector = Vector::normalised(&components).unwrap();
        let embedding = Embedding { model: ModelId::CURRENT, hash: profile.text_hash.clone().unwrap(), vector };
        people.insert(id(number), Person::new(profile, Some(embedding)));
    }

    pub(super) fn leaves(&self, number: u128) {
        self.people.lock().unwrap().remove(&id(number));
    }

    /// A segment of everybody of a shard, as they are now.
    pub(super) fn builds(&self, shard: Shard) {
        let people = self.people.lock().unwrap();
        let here = people.values().filter(|person| Shard::from(*person) == shard && person.profile.details.visible);
        let rows = Rows::of(here.map(Row::of).collect());
        self.stores(shard, Segment { shard, built_at: Clock::now(self), rows }.to_bytes());
    }

    pub(super) fn stores(&self, shard: Shard, bytes: Vec<u8>) {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
        let etag = ETag(crate::domain::hex::encode(digest.as_ref()));
        self.objects.lock().unwrap().insert(shard.path(), (etag, bytes));
    }

    pub(super) fn stored(&self, shard: Shard) -> Vec<u8> {
        self.objects.lock().unwrap()[&shard.path()].1.clone()
    }

    pub(super) fn person(&self, number: u128) -> Person {
        self.people.lock().unwrap()[&id(number)].clone()
    }

    fn lines(&self, field: Field) -> Vec<Line> {
        let late = self.late.lock().unwrap();
        let people = self.people.lock().unwrap();
        let listed =
            people.values().filter(|person| person.profile.details.visible && person.profile.details.field == field);
        let shown = listed.filter(|person| !late.contains(&person.profile.user_id));
        let mut lines: Vec<Line> = shown
            .map(|Person { profile, .. }| Line { user_id: profile.user_id, updated_at: profile.updated_at })
            .collect();
        lines.sort_by_key(|line| (line.updated_at, line.user_id));
        lines
    }

    fn directory(&self) -> Result<()> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        if *self.directory_is_down.lock().unwrap() { Err(Error::unavailable("the directory is down")) } else { Ok(()) }
    }

    async fn bucket(&self) -> Result<()> {
        if *self.bucket_is_silent.lock().unwrap() {
            return std::future::pending().await;
        }
        if *self.bucket_is_down.lock().unwrap() { Err(Error::unavailable("the bucket is down")) } else { Ok(()) }
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        START + Duration::from_secs(self.now.load(Ordering::Relaxed))
    }
}

impl Rng for World {
    fn fill(&self, _bytes: &mut [u8]) {}
}

#[async_trait]
impl Directory for World {
    async fn since(&self, field: Field, since: Timestamp, limit: usize) -> Result<Vec<Line>> {
        self.directory()?;
        Ok(self.lines(field).into_iter().filter(|line| line.updated_at >= since).take(limit).collect())
    }

    async fn newest(&self, field: Field, limit: usize) -> Result<Vec<Line>> {
        self.directory()?;
        Ok(self.lines(field).into_iter().rev().take(limit).collect())
    }
}

#[async_trait]
impl Segments for World {
    async fn list(&self) -> Result<Vec<StoredSegment>> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        self.bucket().await?;
        let objects = self.objects.lock().unwrap();
        let stored = |(path, (etag, bytes)): (&String, &(ETag, Vec<u8>))| StoredSegment {
            shard: Shard::parse(path).unwrap(),
            etag: etag.clone(),
            bytes: bytes.len() as u64,
        };
        Ok(objects.iter().map(stored).collect())
    }

    async fn read(&self, shard: Shard) -> Result<Option<(ETag, Vec<u8>)>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bucket().await?;
        Ok(self.objects.lock().unwrap().get(&shard.path()).cloned())
    }

    async fn read_start(&self, _shard: Shard) -> Result<Option<Vec<u8>>> {
        Err(Error::internal("a search reads whole segments"))
    }

    async fn write(&self, _shard: Shard, _bytes: Vec<u8>, _seen: Option<&ETag>) -> Result<bool> {
        Err(Error::internal("a search writes nothing"))
    }

    async fn remove(&self, _shard: Shard, _seen: &ETag) -> Result<bool> {
        Err(Error::internal("a search removes nothing"))
    }
}

#[async_trait]
impl Profiles for World {
    async fn find(&self, _user_id: UserId) -> Result<Option<Profile>> {
        Err(Error::internal("the index reads people"))
    }

    async fn find_people(&self, user_ids: &[UserId]) -> Result<Vec<Person>> {
        self.people_read.fetch_add(user_ids.len(), Ordering::Relaxed);
        let people = self.people.lock().unwrap();
        Ok(user_ids.iter().filter_map(|id| people.get(id).cloned()).collect())
    }

    async fn save(&self, _profile: &Profile, _consequences: &crate::ports::profiles::Consequences) -> Result<bool> {
        Err(Error::internal("the index writes no profiles"))
    }
}
