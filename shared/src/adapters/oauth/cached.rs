//! Something that was fetched and stays good for a while.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::ambient::Ambient;

pub(super) struct Cached<T> {
    slot: Mutex<Option<Copy<T>>>,
    ambient: Ambient,
}

struct Copy<T> {
    value: Arc<T>,
    fetched_at: Timestamp,
    good_until: Timestamp,
}

/// Which copies will do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Freshness {
    /// Any that is still good.
    Good,
    /// One that is no older than this: something was missing from an older one.
    Within(Duration),
}

impl<T> Cached<T> {
    pub(super) fn new(ambient: Ambient) -> Self {
        Self { slot: Mutex::new(None), ambient }
    }

    /// The copy, or what `fetch` brings with the time for which it is good. Those who ask meanwhile wait for it.
    pub(super) async fn get(
        &self,
        freshness: Freshness,
        fetch: impl Future<Output = Result<(T, Duration)>>,
    ) -> Result<Arc<T>> {
        let mut slot = self.slot.lock().await;
        let now = self.ambient.now();
        if let Some(copy) = slot.as_ref().filter(|copy| copy.will_do(freshness, now)) {
            return Ok(Arc::clone(&copy.value));
        }
        let (value, lifetime) = fetch.await?;
        let value = Arc::new(value);
        *slot = Some(Copy { value: Arc::clone(&value), fetched_at: now, good_until: now + lifetime });
        Ok(value)
    }
}

impl<T> Copy<T> {
    fn will_do(&self, freshness: Freshness, now: Timestamp) -> bool {
        match freshness {
            Freshness::Good => self.good_until > now,
            Freshness::Within(age) => now.since(self.fetched_at) < age,
        }
    }
}

impl<T> std::fmt::Debug for Cached<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cached")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::ports::ambient::{Clock, Rng};

    struct Hands(AtomicU64);

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_seconds(self.0.load(Ordering::Relaxed))
        }
    }

    struct NoChance;

    impl Rng for NoChance {
        fn fill(&self, _: &mut [u8]) {}
    }

    #[tokio::test]
    async fn a_copy_is_used_while_it_is_good_and_fetched_anew_when_it_lacks_something() {
        let clock = Arc::new(Hands(AtomicU64::new(1_000)));
        let fetched = AtomicU64::new(0);
        let cached = Cached::new(Ambient::new(clock.clone(), Arc::new(NoChance)));
        let get = async |freshness, at| {
            clock.0.store(at, Ordering::Relaxed);
            let fetch = async { Ok((fetched.fetch_add(1, Ordering::Relaxed), Duration::from_secs(100))) };
            *cached.get(freshness, fetch).await.unwrap()
        };
        let minute = Freshness::Within(Duration::from_mins(1));
        assert_eq!(get(Freshness::Good, 1_000).await, 0);
        assert_eq!(get(Freshness::Good, 1_099).await, 0);
        assert_eq!(get(Freshness::Good, 1_100).await, 1);
        // Whatever is missing, nobody makes us ask more than once a minute.
        assert_eq!(get(minute, 1_159).await, 1);
        assert_eq!(get(minute, 1_160).await, 2);
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let cached = Cached::new(Ambient::new(Arc::new(Hands(AtomicU64::new(1))), Arc::new(NoChance)));
        let failed = cached.get(Freshness::Good, async { Err(crate::error::Error::unavailable("down")) }).await;
        assert!(failed.is_err());
        assert_eq!(*cached.get(Freshness::Good, async { Ok((7, Duration::ZERO)) }).await.unwrap(), 7);
    }
}
