//! The cache itself: memory first, then the store, then one computation for everybody who wants the same.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::CacheStore;
use super::flight::{Flights, Landing, Seat};
use super::memory::{Kept, Memory, Remembered};
use super::once::Stored;
use super::source::{Counters, Source};
use crate::domain::cache::{Envelope, Event, Family, Key, KeyText, Tally, Tiers};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::ambient::Ambient;
use crate::ports::cache_stats::CacheStats;
use crate::telemetry;

/// Counters are written down at most this often by one environment.
const FLUSH_EVERY: Duration = Duration::from_secs(10);

/// What use cases hold. A value is computed when nobody knows it, once for all who want it at the same moment, in this
/// process and in others; whatever fails on the way is counted and means that it is computed here.
pub struct Cache {
    pub(super) memory: Memory,
    flights: Flights,
    pub(super) store: Arc<dyn CacheStore>,
    tiers: Tiers,
    pub(super) ambient: Ambient,
    counters: Counters,
    stats: Arc<dyn CacheStats>,
    /// In milliseconds since the epoch.
    flushed_at: AtomicU64,
}

impl Cache {
    pub fn new(store: Arc<dyn CacheStore>, stats: Arc<dyn CacheStats>, tiers: Tiers, ambient: Ambient) -> Self {
        let (memory, flights, counters) = (Memory::new(), Flights::default(), Counters::default());
        let flushed_at = AtomicU64::new(ambient.now().unix_millis());
        Self { memory, flights, store, tiers, ambient, counters, stats, flushed_at }
    }

    /// The value of a key in the present generation of its family: from memory, from the store, or from `compute`, which is
    /// not even started when it is not needed. Fails only as `compute` fails.
    pub async fn get_or_compute<K: Key>(
        &self,
        key: &K,
        generation: u64,
        compute: impl Future<Output = Result<K::Value>> + Send,
    ) -> Result<Arc<K::Value>> {
        let text = key.text(generation);
        let compute = std::pin::pin!(compute);
        let outcome = self.look_up::<K>(&text, compute).await;
        self.counters.lookup(K::FAMILY, outcome.as_ref().map_or(Source::Computed, |(_, source)| *source));
        outcome.map(|(value, _)| value)
    }

    /// The values of those keys that are known, in their order. What is missing is the caller's to compute and to
    /// [`Self::put`].
    pub async fn get_many<K: Key>(&self, keys: &[K], generation: u64) -> Vec<Option<Arc<K::Value>>> {
        let texts: Vec<KeyText> = keys.iter().map(|key| key.text(generation)).collect();
        let mut values = Vec::with_capacity(texts.len());
        for text in &texts {
            let remembered = self.memory.recall::<K>(text, self.ambient.now()).await;
            values.push(if let Remembered::Fresh(value) = remembered { Some((value, Source::Memory)) } else { None });
        }
        let missing: Vec<usize> = (0..texts.len()).filter(|&index| values[index].is_none()).collect();
        let asked: Vec<KeyText> = missing.iter().map(|&index| texts[index].clone()).collect();
        if !asked.is_empty() {
            let answers = self.open(K::FAMILY, self.store.get(&asked).await).unwrap_or_default();
            for (index, bytes) in missing.into_iter().zip(answers) {
                values[index] = match self.read::<K>(&texts[index], bytes).await {
                    Stored::Fresh(value) => Some((value, Source::Store)),
                    Stored::Old(value) => Some((value, Source::Old)),
                    Stored::Nothing | Stored::Unknown => None,
                };
            }
        }
        let counted = values.into_iter().map(|found| {
            match &found {
                Some((_, source)) => self.counters.lookup(K::FAMILY, *source),
                None => self.counters.count(K::FAMILY, Event::Miss),
            }
            found.map(|(value, _)| value)
        });
        counted.collect()
    }

    /// Keeps a value that was computed anyway. It need not have been missed.
    pub async fn put<K: Key>(&self, key: &K, generation: u64, value: K::Value) -> Arc<K::Value> {
        let text = key.text(generation);
        let (value, sealed) = self.keep::<K>(&text, value, self.ambient.now()).await;
        if let Some((bytes, ttl)) = sealed {
            self.open(K::FAMILY, self.store.put(&text, &bytes, ttl).await);
        }
        value
    }

    /// Writes down what was counted, if there is something and the last time is long enough ago. To be called at the end
    /// of a request: a frozen environment does nothing later. What cannot be written is forgotten, because it may have been.
    pub async fn flush(&self) {
        let (now, last) = (self.ambient.now(), self.flushed_at.load(Ordering::Relaxed));
        if now.since(Timestamp::from_unix_millis(last)) < FLUSH_EVERY {
            return;
        }
        self.flushed_at.store(now.unix_millis(), Ordering::Relaxed);
        let tally = self.counters.take();
        if !tally.is_empty()
            && let Err(error) = self.stats.add(&tally).await
        {
            telemetry::report(&error);
        }
    }

    /// What was counted since it was last written down.
    pub fn counted(&self) -> Tally {
        self.counters.seen()
    }

    async fn look_up<K: Key>(
        &self,
        text: &KeyText,
        compute: Pin<&mut (impl Future<Output = Result<K::Value>> + Send)>,
    ) -> Result<(Arc<K::Value>, Source)> {
        loop {
            let remembered = self.memory.recall::<K>(text, self.ambient.now()).await;
            if let Remembered::Fresh(value) = remembered {
                return Ok((value, Source::Memory));
            }
            match (self.flights.board(text), remembered) {
                (Seat::Pilot(flight), _) => {
                    let outcome = self.fly::<K>(text, compute).await;
                    flight.land(match &outcome {
                        Ok((value, source)) => Landing::Value(value.clone(), *source),
                        Err(_) => Landing::Failed,
                    });
                    return outcome;
                }
                (Seat::Passenger(_), Remembered::Old(value)) => return Ok((value, Source::Old)),
                (Seat::Passenger(passenger), _) => match passenger.landed().await {
                    Some(Landing::Value(value, source)) => {
                        if let Ok(value) = value.downcast() {
                            return Ok((value, source.for_passengers()));
                        }
                    }
                    // An error may be the pilot's own, and errors are not shared.
                    Some(_) => return Ok((self.compute::<K>(text, compute, None).await?, Source::Computed)),
                    // The pilot was cancelled: board again.
                    None => {}
                },
            }
        }
    }

    /// Remembers a value as of `started`, and seals it for the store. One that cannot be written as JSON stays here.
    pub(super) async fn keep<K: Key>(
        &self,
        text: &KeyText,
        value: K::Value,
        started: Timestamp,
    ) -> (Arc<K::Value>, Option<(Vec<u8>, Duration)>) {
        let drawn = self.ambient.below(Tiers::DRAWS);
        let ttl = self.tiers.jittered(K::TIER, drawn);
        let good_until = started + ttl;
        let fresh_until =
            K::FRESH.map_or(good_until, |tier| good_until.min(started + self.tiers.jittered(tier, drawn)));
        let envelope = Envelope { written_at: started, fresh_until, good_until };
        let (sealed, value) = (envelope.seal(K::SCHEMA, &value), Arc::new(value));
        match sealed {
            Ok(bytes) => {
                self.remember::<K>(text, value.clone(), envelope, bytes.len()).await;
                (value, Some((bytes, ttl)))
            }
            Err(error) => {
                telemetry::report(&error);
                (value, None)
            }
        }
    }

    async fn remember<K: Key>(&self, text: &KeyText, value: Arc<K::Value>, envelope: Envelope, bytes: usize) {
        let own_until = self.ambient.now() + self.tiers.of(K::IN_PROCESS);
        self.memory.keep(text, Kept { value, envelope, own_until }, bytes).await;
    }

    /// What bytes from the store are worth; what is worth something is remembered.
    pub(super) async fn read<K: Key>(&self, text: &KeyText, bytes: Option<Vec<u8>>) -> Stored<K::Value> {
        let Some(bytes) = bytes else { return Stored::Nothing };
        let Ok((envelope, value)) = Envelope::open::<K::Value>(K::SCHEMA, &bytes) else {
            self.counters.count(K::FAMILY, Event::BadValue);
            return Stored::Nothing;
        };
        let now = self.ambient.now();
        if !envelope.is_good(now) {
            return Stored::Nothing;
        }
        let value = Arc::new(value);
        self.remember::<K>(text, value.clone(), envelope, bytes.len()).await;
        if envelope.is_fresh(now) { Stored::Fresh(value) } else { Stored::Old(value) }
    }

    /// Fails open: a failure of the store is counted, and nothing was found.
    pub(super) fn open<T>(&self, family: Family, answer: Result<T>) -> Option<T> {
        if answer.is_err() {
            self.counters.count(family, Event::FailOpen);
        }
        answer.ok()
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cache")
    }
}
