//! A population in memory, with a clock in the test's hand.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::domain::id::UserId;
use shared::domain::matching::Person;
use shared::domain::profile::{Profile, ProfileDetails};
use shared::domain::retrieval::{Segment, Shard};
use shared::ports::ambient::{Clock, Rng};
use shared::ports::candidates::Line;
use shared::ports::etag::ETag;
use uuid::Uuid;

use super::super::*;

#[derive(Default)]
pub(super) struct World {
    /// Seconds since 1970.
    pub(super) now: Mutex<u64>,
    pub(super) people: Mutex<BTreeMap<UserId, Profile>>,
    pub(super) objects: Mutex<BTreeMap<String, (u64, Vec<u8>)>>,
    pub(super) writes: Mutex<Vec<String>>,
    /// What another run writes just before this one does.
    pub(super) rival: Mutex<Option<Shard>>,
    /// How long reading people takes.
    pub(super) slowness: Mutex<u64>,
    /// What is written between a look at the directory and the reading of people.
    pub(super) meanwhile: Mutex<Vec<(u128, Value)>>,
    pub(super) broken_field: Mutex<Option<Field>>,
}

pub(super) fn id(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

impl World {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(1_000_000), ..Self::default() })
    }

    pub(super) fn passes(&self, seconds: u64) {
        *self.now.lock().unwrap() += seconds;
    }

    pub(super) fn writes(&self, number: u128, said: &Value) {
        let mut body = json!({"name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC"});
        for (name, value) in said.as_object().unwrap() {
            body[name] = value.clone();
        }
        let details = ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
        self.people.lock().unwrap().insert(id(number), Profile::new(id(number), details, Clock::now(self)));
    }

    pub(super) async fn runs(self: &Arc<Self>, order: Order) -> Result<()> {
        let ambient = Ambient::new(self.clone(), self.clone());
        build(&Deps { directory: self.clone(), profiles: self.clone(), segments: self.clone(), ambient }, order).await
    }

    /// What was written since the last question.
    pub(super) fn written(&self) -> Vec<String> {
        std::mem::take(&mut self.writes.lock().unwrap())
    }

    /// The segments that are stored, each with the number of its people.
    pub(super) fn stored(&self) -> Vec<(String, usize)> {
        let objects = self.objects.lock().unwrap();
        let people = |bytes: &[u8]| Segment::from_bytes(bytes).unwrap().rows.len();
        objects.iter().map(|(path, (_, bytes))| (path.clone(), people(bytes))).collect()
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(*self.now.lock().unwrap())
    }
}

impl Rng for World {
    fn fill(&self, _bytes: &mut [u8]) {}
}

#[async_trait]
impl Directory for World {
    async fn since(&self, field: Field, since: Timestamp, limit: usize) -> Result<Vec<Line>> {
        let mut lines = self.newest(field, usize::MAX).await?;
        lines.reverse();
        Ok(lines.into_iter().filter(|line| line.updated_at >= since).take(limit).collect())
    }

    async fn newest(&self, field: Field, limit: usize) -> Result<Vec<Line>> {
        if *self.broken_field.lock().unwrap() == Some(field) {
            return Err(Error::unavailable("this field cannot be read"));
        }
        let people = self.people.lock().unwrap();
        let listed = people.values().filter(|profile| profile.details.field == field && profile.details.visible);
        let mut lines: Vec<Line> =
            listed.map(|profile| Line { user_id: profile.user_id, updated_at: profile.updated_at }).collect();
        lines.sort_by_key(|line| std::cmp::Reverse((line.updated_at, line.user_id)));
        lines.truncate(limit);
        Ok(lines)
    }
}

#[async_trait]
impl Profiles for World {
    async fn find(&self, _user_id: UserId) -> Result<Option<Profile>> {
        Err(Error::internal("a build reads people"))
    }

    async fn find_people(&self, user_ids: &[UserId]) -> Result<Vec<Person>> {
        self.passes(*self.slowness.lock().unwrap());
        for (number, said) in std::mem::take(&mut *self.meanwhile.lock().unwrap()) {
            self.writes(number, &said);
        }
        let people = self.people.lock().unwrap();
        Ok(user_ids.iter().filter_map(|id| Some(Person::new(people.get(id)?.clone(), None))).collect())
    }

    async fn save(&self, _profile: &Profile, _consequences: &shared::ports::profiles::Consequences) -> Result<bool> {
        Err(Error::internal("a build writes no profiles"))
    }
}

#[async_trait]
impl Segments for World {
    async fn list(&self) -> Result<Vec<StoredSegment>> {
        let objects = self.objects.lock().unwrap();
        let stored = |(path, (version, bytes)): (&String, &(u64, Vec<u8>))| StoredSegment {
            shard: Shard::parse(path).unwrap(),
            etag: ETag(version.to_string()),
            bytes: bytes.len() as u64,
        };
        Ok(objects.iter().map(stored).collect())
    }

    async fn read(&self, _shard: Shard) -> Result<Option<(ETag, Vec<u8>)>> {
        Err(Error::internal("a build reads starts only"))
    }

    async fn read_start(&self, shard: Shard) -> Result<Option<Vec<u8>>> {
        let objects = self.objects.lock().unwrap();
        Ok(objects.get(&shard.path()).map(|(_, bytes)| bytes.iter().copied().take(Segment::HEADER).collect()))
    }

    async fn write(&self, shard: Shard, bytes: Vec<u8>, seen: Option<&ETag>) -> Result<bool> {
        let mut objects = self.objects.lock().unwrap();
        if self.rival.lock().unwrap().take_if(|rival| *rival == shard).is_some() {
            objects.insert(shard.path(), (99, bytes.clone()));
        }
        let now = objects.get(&shard.path()).map(|(version, _)| ETag(version.to_string()));
        if now.as_ref() != seen {
            return Ok(false);
        }
        let version = objects.get(&shard.path()).map_or(1, |(version, _)| version + 1);
        objects.insert(shard.path(), (version, bytes));
        self.writes.lock().unwrap().push(shard.path());
        Ok(true)
    }

    async fn remove(&self, shard: Shard, seen: &ETag) -> Result<bool> {
        let mut objects = self.objects.lock().unwrap();
        let is_seen = objects.get(&shard.path()).is_some_and(|(version, _)| version.to_string() == seen.0);
        if is_seen {
            objects.remove(&shard.path());
        }
        Ok(is_seen)
    }
}
