//! Runs over a population in memory, with a clock in the test's hand.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::domain::id::UserId;
use shared::domain::matching::Person;
use shared::domain::outbox::OutboxEntry;
use shared::domain::profile::{Profile, ProfileDetails};
use shared::domain::retrieval::{Segment, Shard};
use shared::ports::ambient::{Clock, Rng};
use shared::ports::candidates::{ETag, Line};
use uuid::Uuid;

use super::*;

#[derive(Default)]
struct World {
    /// Seconds since 1970.
    now: Mutex<u64>,
    people: Mutex<BTreeMap<UserId, Profile>>,
    objects: Mutex<BTreeMap<String, (u64, Vec<u8>)>>,
    writes: Mutex<Vec<String>>,
    /// What another run writes just before this one does.
    rival: Mutex<Option<Shard>>,
    /// How long reading people takes.
    slowness: Mutex<u64>,
    /// What is written between a look at the directory and the reading of people.
    meanwhile: Mutex<Vec<(u128, Value)>>,
    broken_field: Mutex<Option<Field>>,
}

fn id(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

impl World {
    fn new() -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(1_000_000), ..Self::default() })
    }

    fn passes(&self, seconds: u64) {
        *self.now.lock().unwrap() += seconds;
    }

    fn writes(&self, number: u128, said: &Value) {
        let mut body = json!({"name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC"});
        for (name, value) in said.as_object().unwrap() {
            body[name] = value.clone();
        }
        let details = ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
        self.people.lock().unwrap().insert(id(number), Profile::new(id(number), details, Clock::now(self)));
    }

    async fn runs(self: &Arc<Self>, order: Order) -> Result<()> {
        let ambient = Ambient::new(self.clone(), self.clone());
        build(&Deps { directory: self.clone(), profiles: self.clone(), segments: self.clone(), ambient }, order).await
    }

    /// What was written since the last question.
    fn written(&self) -> Vec<String> {
        std::mem::take(&mut self.writes.lock().unwrap())
    }

    /// The segments that are stored, each with the number of its people.
    fn stored(&self) -> Vec<(String, usize)> {
        let objects = self.objects.lock().unwrap();
        let people = |bytes: &[u8]| Segment::from_bytes(bytes).unwrap().rows.len();
        objects.iter().map(|(path, (_, bytes))| (path.clone(), people(bytes))).collect()
    }
}

const ALL: Order = Order { all: true };
const USUAL: Order = Order { all: false };

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
        let meanwhile = std::mem::take(&mut *self.meanwhile.lock().unwrap());
        meanwhile.iter().for_each(|(number, said)| self.writes(*number, said));
        let people = self.people.lock().unwrap();
        Ok(user_ids.iter().filter_map(|id| Some(Person::new(people.get(id)?.clone(), None))).collect())
    }

    async fn save(&self, _profile: &Profile, _promise: Option<&OutboxEntry>) -> Result<bool> {
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

fn lives(country: &str) -> Value {
    json!({"place": {"city": "Somewhere", "country": country}})
}

#[tokio::test]
async fn a_field_is_cut_by_region_and_nobody_who_hides_is_in_it() {
    let world = World::new();
    world.writes(1, &lives("DE"));
    world.writes(2, &lives("FR"));
    world.writes(3, &lives("JP"));
    world.writes(4, &json!({}));
    world.writes(5, &json!({"visible": false}));
    world.writes(6, &json!({"field": "crafts"}));
    world.runs(ALL).await.unwrap();
    let expected = [("crafts/none", 1), ("design/asia", 1), ("design/europe", 2), ("design/none", 1)];
    assert_eq!(world.stored(), expected.map(|(path, people)| (path.to_owned(), people)));
}

#[tokio::test]
async fn only_fields_in_which_enough_has_changed_are_built() {
    let world = World::new();
    (1..50).for_each(|number| world.writes(number, &json!({})));
    world.writes(1_000, &json!({"field": "crafts"}));
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), [""; 0]);
    world.writes(50, &json!({}));
    // What was edited within a minute before a build may not be in it, and counts as newer.
    world.passes(61);
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), ["design/none"]);
    world.passes(100);
    (1..50).for_each(|number| world.writes(number, &json!({})));
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), [""; 0]);
    world.passes(86_400);
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), ["design/none"], "once a day in any case");
}

#[tokio::test]
async fn new_regions_are_written_first_and_empty_ones_removed_last() {
    let world = World::new();
    world.writes(1, &lives("DE"));
    world.writes(2, &lives("DE"));
    world.runs(ALL).await.unwrap();
    world.written();
    world.writes(1, &lives("US"));
    world.runs(ALL).await.unwrap();
    assert_eq!(world.written(), ["design/north-america", "design/europe"], "whoever moves is never in none");
    world.writes(2, &lives("US"));
    world.runs(ALL).await.unwrap();
    assert_eq!(world.stored(), [("design/north-america".to_owned(), 2)]);
}

#[tokio::test]
async fn of_two_runs_at_once_one_gives_way() {
    let world = World::new();
    world.writes(1, &lives("DE"));
    world.writes(2, &lives("US"));
    world.runs(ALL).await.unwrap();
    world.written();
    *world.rival.lock().unwrap() = Shard::parse("design/europe");
    world.runs(ALL).await.unwrap();
    assert_eq!(world.written(), [""; 0], "the rival writes the rest, too");
    world.runs(ALL).await.unwrap();
    assert_eq!(world.stored().len(), 2);
}

#[tokio::test]
async fn a_segment_that_was_cut_short_is_built_anew() {
    let world = World::new();
    world.writes(1, &json!({}));
    world.runs(ALL).await.unwrap();
    world.written();
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written(), [""; 0]);
    for length in [0, 20, 100] {
        world.objects.lock().unwrap().get_mut("design/none").unwrap().1.truncate(length);
        world.runs(USUAL).await.unwrap();
        assert_eq!(world.written(), ["design/none"], "{length}");
    }
    assert_eq!(world.stored(), [("design/none".to_owned(), 1)]);
}

#[tokio::test]
async fn a_run_without_time_leaves_the_rest_to_the_next() {
    let world = World::new();
    for (number, field) in [(1, "design"), (2, "crafts"), (3, "data")] {
        world.writes(number, &json!({"field": field}));
    }
    world.runs(ALL).await.unwrap();
    world.written();
    *world.slowness.lock().unwrap() = 100;
    world.passes(86_400);
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written().len(), 2);
    world.runs(USUAL).await.unwrap();
    assert_eq!(world.written().len(), 1, "the one that was left");
}

#[tokio::test]
async fn a_field_that_fails_keeps_no_other_from_being_built() {
    let world = World::new();
    world.writes(1, &json!({"field": "crafts"}));
    *world.broken_field.lock().unwrap() = Some(Field::Design);
    assert!(world.runs(ALL).await.is_err());
    assert_eq!(world.written(), ["crafts/none"]);
}

#[tokio::test]
async fn who_is_kept_out_for_a_while_stays_in_the_segment() {
    let world = World::new();
    world.writes(1, &json!({}));
    world.people.lock().unwrap().get_mut(&id(1)).unwrap().hidden_until = Some(Timestamp::from_unix_seconds(9_000_000));
    world.runs(ALL).await.unwrap();
    assert_eq!(world.stored(), [("design/none".to_owned(), 1)]);
}

#[tokio::test]
async fn who_hides_or_moves_between_the_directory_and_the_reading_is_left_out() {
    let world = World::new();
    (1..=3).for_each(|number| world.writes(number, &json!({})));
    *world.meanwhile.lock().unwrap() = vec![(2, json!({"visible": false})), (3, json!({"field": "crafts"}))];
    world.runs(ALL).await.unwrap();
    let people = world.stored().into_iter().find(|(path, _)| path == "design/none").map(|(_, people)| people);
    assert_eq!(people, Some(1));
}

#[tokio::test]
async fn a_segment_is_as_old_as_the_first_look_at_its_people() {
    let world = World::new();
    world.writes(1, &json!({}));
    *world.slowness.lock().unwrap() = 100;
    let began = Clock::now(&*world);
    world.runs(ALL).await.unwrap();
    let bytes = world.objects.lock().unwrap()["design/none"].1.clone();
    assert_eq!(Segment::from_bytes(&bytes).unwrap().built_at, began, "what is written while it is read is newer");
}
