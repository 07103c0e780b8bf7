//! The cache over a store in a map, with a clock in the test's hand.

mod answers;
mod once;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

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
