//! Computing once: what a process does when its memory has no value that will do.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::memory::Remembered;
use super::source::Source;
use super::{Cache, LeaseToken};
use crate::domain::cache::{Key, KeyText};
use crate::error::Result;
use crate::telemetry;

/// Longer than any value takes to compute, so that it is computed once; short enough to wait for when its holder dies.
const LEASE: Duration = Duration::from_secs(3);
/// How long others wait for the holder of a lease. A request has ten seconds, and must still be able to compute after it.
const WAIT_LIMIT: Duration = Duration::from_secs(4);
const FIRST_WAIT: Duration = Duration::from_millis(10);
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// What the store has under a key.
pub(super) enum Stored<V> {
    Fresh(Arc<V>),
    Old(Arc<V>),
    Nothing,
    /// It does not say.
    Unknown,
}

impl Cache {
    /// What the one does for whom the others of this process wait.
    pub(super) async fn fly<K: Key>(
        &self,
        text: &KeyText,
        compute: Pin<&mut (impl Future<Output = Result<K::Value>> + Send)>,
    ) -> Result<(Arc<K::Value>, Source)> {
        let old = match self.memory.recall::<K>(text, self.ambient.now()).await {
            // It landed between looking into the memory and boarding.
            Remembered::Fresh(value) => return Ok((value, Source::Memory)),
            Remembered::Old(value) => Some(value),
            Remembered::Nothing => None,
        };
        let answer = self.open(K::FAMILY, self.store.get(std::slice::from_ref(text)).await);
        let stored = match answer {
            Some(mut answers) => self.read::<K>(text, answers.pop().flatten()).await,
            None => Stored::Unknown,
        };
        match (stored, old) {
            (Stored::Fresh(value), _) => Ok((value, Source::Store)),
            (Stored::Old(old), _) | (Stored::Nothing, Some(old)) => Ok(self.renew::<K>(text, old, compute).await),
            (Stored::Nothing, None) => self.compute_once::<K>(text, compute).await,
            (Stored::Unknown, None) => Ok((self.compute::<K>(text, compute, None).await?, Source::Computed)),
            (Stored::Unknown, Some(old)) => Ok(self.compute_or_else::<K>(text, old, compute, None).await),
        }
    }

    /// An old value will do: one computes it anew, and nobody waits. There is no working on after the answer on Lambda, so
    /// it is the one who takes the lease that takes the time.
    async fn renew<K: Key>(
        &self,
        text: &KeyText,
        old: Arc<K::Value>,
        compute: Pin<&mut (impl Future<Output = Result<K::Value>> + Send)>,
    ) -> (Arc<K::Value>, Source) {
        let token = LeaseToken(self.ambient.bytes());
        let claim = self.open(K::FAMILY, self.store.claim(text, token, LEASE).await);
        let Some(claim) = claim.filter(|claim| claim.is_ours) else { return (old, Source::Old) };
        if let Stored::Fresh(value) = self.read::<K>(text, claim.value).await {
            self.open(K::FAMILY, self.store.settle(text, token, None).await);
            return (value, Source::Store);
        }
        self.compute_or_else::<K>(text, old, compute, Some(token)).await
    }

    /// When it cannot be computed, the old value is better than none.
    async fn compute_or_else<K: Key>(
        &self,
        text: &KeyText,
        old: Arc<K::Value>,
        compute: Pin<&mut (impl Future<Output = Result<K::Value>> + Send)>,
        lease: Option<LeaseToken>,
    ) -> (Arc<K::Value>, Source) {
        match self.compute::<K>(text, compute, lease).await {
            Ok(value) => (value, Source::Computed),
            Err(error) => {
                telemetry::report(&error);
                (old, Source::Old)
            }
        }
    }

    /// Nobody has it: whoever takes the lease computes it, and the others look until it is there, or until the lease of one
    /// who died is free, or until they have waited long enough.
    async fn compute_once<K: Key>(
        &self,
        text: &KeyText,
        compute: Pin<&mut (impl Future<Output = Result<K::Value>> + Send)>,
    ) -> Result<(Arc<K::Value>, Source)> {
        let token = LeaseToken(self.ambient.bytes());
        let (mut wait, mut waited) = (FIRST_WAIT, Duration::ZERO);
        loop {
            let Some(claim) = self.open(K::FAMILY, self.store.claim(text, token, LEASE).await) else { break };
            if let Stored::Fresh(value) | Stored::Old(value) = self.read::<K>(text, claim.value).await {
                if claim.is_ours {
                    self.open(K::FAMILY, self.store.settle(text, token, None).await);
                }
                return Ok((value, Source::Elsewhere));
            }
            if claim.is_ours {
                return Ok((self.compute::<K>(text, compute, Some(token)).await?, Source::Computed));
            }
            if waited >= WAIT_LIMIT {
                break;
            }
            let pause = wait / 2 + wait * self.ambient.below(1_000) / 1_000;
            tokio::time::sleep(pause).await;
            waited += pause;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        Ok((self.compute::<K>(text, compute, None).await?, Source::Computed))
    }

    /// Computes and keeps; the lease, if there is one, is given back in any case.
    pub(super) async fn compute<K: Key>(
        &self,
        text: &KeyText,
        compute: Pin<&mut (impl Future<Output = Result<K::Value>> + Send)>,
        lease: Option<LeaseToken>,
    ) -> Result<Arc<K::Value>> {
        let started = self.ambient.now();
        let computed = compute.await;
        let (outcome, sealed) = match computed {
            Ok(value) => {
                let (value, sealed) = self.keep::<K>(text, value, started).await;
                (Ok(value), sealed)
            }
            Err(error) => (Err(error), None),
        };
        let stored = match (lease, &sealed) {
            (Some(token), Some((bytes, ttl))) => self.store.settle(text, token, Some((bytes, *ttl))).await,
            (Some(token), None) => self.store.settle(text, token, None).await,
            (None, Some((bytes, ttl))) => self.store.put(text, bytes, *ttl).await,
            (None, None) => Ok(()),
        };
        self.open(K::FAMILY, stored);
        outcome
    }
}
