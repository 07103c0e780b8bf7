//! The cache over a store in a map: what is computed, how often, and how it is counted.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;

use super::{Cache, CacheStore, Claim, LeaseToken};
use crate::domain::cache::{Event, Family, Key, KeyText, Parts, Tally, Tier, Tiers};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::ambient::{Ambient, Clock, Rng};
use crate::ports::cache_stats::CacheStats;

/// A store, a clock and a page of statistics, all in a test's hand.
#[derive(Default)]
struct World {
    values: Mutex<HashMap<String, Vec<u8>>>,
    leases: Mutex<HashMap<String, LeaseToken>>,
    is_down: AtomicBool,
    millis: AtomicU64,
    drawn: AtomicU64,
    written: Mutex<Vec<Tally>>,
}

impl World {
    fn new() -> Arc<Self> {
        Arc::new(Self { millis: AtomicU64::new(1_000_000_000), ..Self::default() })
    }

    /// An environment with an empty memory.
    fn cache(self: &Arc<Self>) -> Cache {
        Cache::new(self.clone(), self.clone(), Tiers::default(), Ambient::new(self.clone(), self.clone()))
    }

    fn pass(&self, time: Duration) {
        self.millis.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    fn answer<T>(&self, answer: T) -> Result<T> {
        if self.is_down.load(Ordering::Relaxed) { Err(Error::unavailable("down")) } else { Ok(answer) }
    }

    fn value(&self, key: &KeyText) -> Option<Vec<u8>> {
        self.values.lock().unwrap().get(key.as_str()).cloned()
    }
}

#[async_trait]
impl CacheStore for World {
    async fn get(&self, keys: &[KeyText]) -> Result<Vec<Option<Vec<u8>>>> {
        tokio::task::yield_now().await;
        self.answer(keys.iter().map(|key| self.value(key)).collect())
    }

    async fn put(&self, key: &KeyText, value: &[u8], _: Duration) -> Result<()> {
        self.answer(())?;
        self.values.lock().unwrap().insert(key.as_str().to_owned(), value.to_vec());
        Ok(())
    }

    async fn claim(&self, key: &KeyText, token: LeaseToken, _: Duration) -> Result<Claim> {
        self.answer(())?;
        let holder = *self.leases.lock().unwrap().entry(key.lease()).or_insert(token);
        Ok(Claim { is_ours: holder == token, value: self.value(key) })
    }

    async fn settle(&self, key: &KeyText, token: LeaseToken, value: Option<(&[u8], Duration)>) -> Result<()> {
        if let Some((value, ttl)) = value {
            self.put(key, value, ttl).await?;
        }
        self.leases.lock().unwrap().retain(|_, holder| *holder != token);
        self.answer(())
    }
}

#[async_trait]
impl CacheStats for World {
    async fn add(&self, tally: &Tally) -> Result<()> {
        self.answer(())?;
        self.written.lock().unwrap().push(*tally);
        Ok(())
    }

    async fn read(&self, _: Timestamp) -> Result<Tally> {
        Ok(Tally::default())
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.millis.load(Ordering::Relaxed))
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let drawn = self.drawn.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            *byte = drawn.to_be_bytes()[0];
        }
    }
}

/// A list that is fresh or not there.
struct ListOf(&'static str);

impl Key for ListOf {
    type Value = Vec<u64>;
    const FAMILY: Family = Family::List;
    const TIER: Tier = Tier::RankedLists;
    const SCHEMA: u16 = 1;

    fn parts(&self, parts: &mut Parts) {
        parts.add(self.0);
    }
}

/// Something that may be shown while it is computed anew.
struct Trends;

impl Key for Trends {
    type Value = u64;
    const FAMILY: Family = Family::PopularProjects;
    const TIER: Tier = Tier::PopularProjects;
    const SCHEMA: u16 = 1;
    const FRESH: Option<Tier> = Some(Tier::Short);

    fn parts(&self, _: &mut Parts) {}
}

fn counted(cache: &Cache, family: Family) -> Vec<(Event, u64)> {
    cache.counted().counts().filter(|(of, ..)| *of == family).map(|(_, event, count)| (event, count)).collect()
}

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_value_is_computed_once_and_found_in_memory_and_in_the_store() {
    let world = World::new();
    let (here, there) = (world.cache(), world.cache());
    let first = here.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![1, 2]) }).await.unwrap();
    let again = here.get_or_compute(&ListOf("ada"), 1, async { panic!("it is in memory") }).await.unwrap();
    let elsewhere = there.get_or_compute(&ListOf("ada"), 1, async { panic!("it is in the store") }).await.unwrap();
    assert_eq!((first.as_slice(), &first, &first), ([1, 2].as_slice(), &again, &elsewhere));
    assert_eq!(counted(&here, Family::List), [(Event::LocalHit, 1), (Event::Miss, 1), (Event::Computed, 1)]);
    assert_eq!(counted(&there, Family::List), [(Event::Hit, 1)]);
    assert!(world.leases.lock().unwrap().is_empty());
}

#[tokio::test]
async fn another_generation_and_another_key_are_other_values() {
    let world = World::new();
    let cache = world.cache();
    for (key, generation, value) in [("ada", 1, 10), ("ada", 2, 20), ("ben", 1, 30)] {
        let found = cache.get_or_compute(&ListOf(key), generation, async { Ok(vec![value]) }).await.unwrap();
        assert_eq!(*found, [value]);
    }
    assert_eq!(world.values.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_frozen_environment_looks_at_the_wall_clock() {
    let world = World::new();
    let cache = world.cache();
    cache.put(&ListOf("ada"), 1, vec![1]).await;
    // Later than any jitter of an hour, and nothing but the wall clock has moved.
    world.pass(HOUR * 2);
    let found = cache.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![2]) }).await.unwrap();
    assert_eq!(*found, [2]);
}

#[tokio::test]
async fn memory_asks_the_store_again_after_a_while() {
    let world = World::new();
    let (here, there) = (world.cache(), world.cache());
    here.put(&ListOf("ada"), 1, vec![1]).await;
    there.put(&ListOf("ada"), 1, vec![2]).await;
    let value = async || here.get_many(&[ListOf("ada")], 1).await.pop().flatten().unwrap();
    assert_eq!(*value().await, [1]);
    world.pass(Tier::Short.base());
    assert_eq!(*value().await, [2]);
}

#[tokio::test]
async fn of_those_who_want_the_same_at_once_one_computes() {
    let world = World::new();
    let caches = [world.cache(), world.cache(), world.cache()];
    let computed = AtomicU64::new(0);
    let askers = (0..300).map(|n| {
        let computed = &computed;
        caches[n % 3].get_or_compute(&ListOf("ada"), 1, async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(vec![computed.fetch_add(1, Ordering::Relaxed)])
        })
    });
    for value in join_all(askers).await {
        assert_eq!(*value.unwrap(), [0]);
    }
    let mut tally = Tally::default();
    caches.iter().for_each(|cache| tally.merge(&cache.counted()));
    let of = |event| tally.get(Family::List, event);
    assert_eq!((of(Event::Computed), of(Event::Waited), of(Event::Miss)), (1, 299, 300));
}

#[tokio::test]
async fn a_failure_is_not_shared_and_gives_the_lease_back() {
    let world = World::new();
    let (here, there) = (world.cache(), world.cache());
    let fails = async |cache: &Cache| {
        let failing = async {
            tokio::task::yield_now().await;
            Err(Error::unavailable("the table"))
        };
        cache.get_or_compute(&ListOf("ada"), 1, failing).await.is_err()
    };
    assert_eq!(futures::join!(fails(&here), fails(&here), fails(&there)), (true, true, true));
    assert!(world.leases.lock().unwrap().is_empty());
    let found = here.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![1]) }).await.unwrap();
    assert_eq!(*found, [1]);
}

#[tokio::test]
async fn who_is_cancelled_leaves_the_work_to_another() {
    let world = World::new();
    let cache = world.cache();
    let stuck = cache.get_or_compute(&ListOf("ada"), 1, std::future::pending());
    let patient = cache.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![1]) });
    let cancelled = async {
        tokio::time::timeout(Duration::from_millis(20), stuck).await.unwrap_err();
        // The lease of a process that died ends by itself.
        world.leases.lock().unwrap().clear();
    };
    let ((), value) = futures::join!(cancelled, patient);
    assert_eq!(*value.unwrap(), [1]);
}

#[tokio::test]
async fn nobody_waits_for_a_lease_for_ever() {
    let world = World::new();
    world.leases.lock().unwrap().insert(ListOf("ada").text(1).lease(), LeaseToken([0; 16]));
    let cache = world.cache();
    let found = cache.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![1]) }).await.unwrap();
    assert_eq!(*found, [1]);
    assert_eq!(counted(&cache, Family::List), [(Event::Miss, 1), (Event::Computed, 1)]);
}

#[tokio::test]
async fn a_dead_store_changes_nothing_but_the_counters() {
    let world = World::new();
    world.is_down.store(true, Ordering::Relaxed);
    let cache = world.cache();
    for _ in 0..2 {
        let found = cache.get_or_compute(&ListOf("ada"), 1, async { Ok(vec![7]) }).await.unwrap();
        assert_eq!(*found, [7]);
    }
    assert_eq!(*cache.put(&ListOf("ben"), 1, vec![8]).await, [8]);
    let found = cache.get_many(&[ListOf("ada"), ListOf("cleo"), ListOf("ben")], 1).await;
    assert_eq!(
        found.iter().map(|value| value.as_ref().map(|list| list[0])).collect::<Vec<_>>(),
        [Some(7), None, Some(8)]
    );
    let events = [(Event::LocalHit, 3), (Event::Miss, 2), (Event::Computed, 1), (Event::FailOpen, 4)];
    assert_eq!(counted(&cache, Family::List), events);
}

#[tokio::test]
async fn garbage_is_a_miss_and_is_counted() {
    let world = World::new();
    let key = ListOf("ada");
    world.cache().put(&key, 1, vec![1]).await;
    let sealed = world.value(&key.text(1)).unwrap();
    let mut other_schema = sealed.clone();
    other_schema[4] = 2;
    for garbage in [b"".to_vec(), b"garbage".to_vec(), sealed[..sealed.len() - 1].to_vec(), other_schema] {
        world.values.lock().unwrap().insert(key.text(1).as_str().to_owned(), garbage.clone());
        let cache = world.cache();
        let found = cache.get_or_compute(&key, 1, async { Ok(vec![9]) }).await.unwrap();
        assert_eq!(*found, [9], "{garbage:?}");
        assert!(cache.counted().get(Family::List, Event::BadValue) >= 1);
        // It is mended for everybody.
        assert_eq!(world.cache().get_many(&[ListOf("ada")], 1).await[0].as_deref(), Some(&vec![9]));
    }
}

#[tokio::test]
async fn an_old_value_is_shown_while_one_computes_it_anew() {
    let world = World::new();
    world.cache().put(&Trends, 1, 1).await;
    world.pass(Tier::Short.base() * 2);
    let (renewing, others) = (world.cache(), world.cache());
    let renew = renewing.get_or_compute(&Trends, 1, async {
        // While this goes on, the others get the old one, without waiting and without computing.
        for _ in 0..3 {
            let shown = others.get_or_compute(&Trends, 1, async { panic!("one is enough") }).await;
            assert_eq!(*shown.unwrap(), 1);
        }
        Ok(2)
    });
    assert_eq!(*renew.await.unwrap(), 2);
    assert_eq!(counted(&others, Family::PopularProjects), [(Event::Stale, 3)]);
    let found = world.cache().get_or_compute(&Trends, 1, async { panic!("it is new") }).await.unwrap();
    assert_eq!(*found, 2);
}

#[tokio::test]
async fn an_old_value_outlives_a_failure_to_renew_it_but_not_its_end() {
    let world = World::new();
    world.cache().put(&Trends, 1, 1).await;
    world.pass(Tier::Short.base() * 2);
    let failing = async || world.cache().get_or_compute(&Trends, 1, async { Err(Error::unavailable("down")) }).await;
    assert_eq!(*failing().await.unwrap(), 1);
    world.pass(Tier::PopularProjects.base() * 2);
    assert!(failing().await.is_err());
}

#[tokio::test]
async fn counters_are_written_rarely_and_lost_rather_than_written_twice() {
    let world = World::new();
    let cache = world.cache();
    cache.get_many(&[ListOf("ada")], 1).await;
    cache.flush().await;
    assert!(world.written.lock().unwrap().is_empty());
    world.pass(Duration::from_secs(10));
    cache.flush().await;
    cache.flush().await;
    assert_eq!(world.written.lock().unwrap().len(), 1);
    assert_eq!(world.written.lock().unwrap()[0].get(Family::List, Event::Miss), 1);
    // Nothing to write is not written, and a table that does not answer does not matter.
    world.pass(Duration::from_secs(10));
    cache.flush().await;
    cache.get_many(&[ListOf("ada")], 1).await;
    world.is_down.store(true, Ordering::Relaxed);
    world.pass(Duration::from_secs(10));
    cache.flush().await;
    assert_eq!(world.written.lock().unwrap().len(), 1);
    assert!(cache.counted().is_empty());
}
