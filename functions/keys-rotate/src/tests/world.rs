//! A secret and a table in memory, a clock in the test's hand, and writes that fail when they are told to.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use shared::domain::keys::{Generation, TERM};
use shared::domain::time::Timestamp;
use shared::ports::ambient::{Clock, Rng};
use shared::ports::keys::StoredRing;

use crate::*;

pub(super) const START: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
const ENOUGH: usize = 100;

/// The seeds of a secret, with the version that they are at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) version: u32,
    seeds: Vec<(u32, Seed, Timestamp)>,
}

pub(super) struct World {
    pub(super) now: Mutex<Timestamp>,
    pub(super) secret: Mutex<Secret>,
    /// What a read answers instead of the secret: an older version of it.
    pub(super) stale: Mutex<Option<Secret>>,
    pub(super) published: Mutex<Vec<PublishedKey>>,
    /// How many writes succeed before the process dies.
    writes: Mutex<usize>,
    drawn: Mutex<u8>,
    /// Whether another run writes the secret between this one's read and write.
    pub(super) has_rival: Mutex<bool>,
}

impl World {
    /// A fresh deployment.
    pub(super) fn new() -> Arc<Self> {
        let seeds = vec![(1, Seed::from_chance([1; 32]), Timestamp::from_unix_seconds(0))];
        Arc::new(Self {
            now: Mutex::new(START),
            secret: Mutex::new(Secret { version: 1, seeds }),
            stale: Mutex::default(),
            published: Mutex::default(),
            writes: Mutex::new(ENOUGH),
            drawn: Mutex::new(1),
            has_rival: Mutex::default(),
        })
    }

    /// A deployment whose first key has signed for its term.
    pub(super) async fn at_the_end_of_a_term() -> Arc<Self> {
        let world = Self::new();
        world.runs("{}").await.unwrap();
        world.waits(TERM);
        world
    }

    pub(super) async fn runs(self: &Arc<Self>, order: &str) -> Result<()> {
        let ambient = Ambient::new(Arc::new(Hands(self.clone())), Arc::new(Hands(self.clone())));
        let deps = Deps { vault: self.clone(), published: self.clone(), ambient };
        rotate(&deps, serde_json::from_str(order).unwrap()).await
    }

    /// A run that dies after some writes.
    pub(super) async fn runs_until(self: &Arc<Self>, writes: usize, order: &str) -> Result<()> {
        *self.writes.lock().unwrap() = writes;
        let outcome = self.runs(order).await;
        *self.writes.lock().unwrap() = ENOUGH;
        outcome
    }

    pub(super) fn waits(&self, duration: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = *now + duration;
    }

    fn write(&self) -> Result<()> {
        let mut left = self.writes.lock().unwrap();
        *left = left.checked_sub(1).ok_or_else(|| Error::unavailable("the process died"))?;
        Ok(())
    }

    /// The number of the generation that signs now, as an `auth` sees it that has read everything a moment ago.
    pub(super) fn signer(&self) -> Option<u32> {
        let (ring, published) = (ring(&self.secret.lock().unwrap()), self.published.lock().unwrap());
        let kid = keys::signer(&published, |kid| ring.holds(kid), *self.now.lock().unwrap())?.kid();
        ring.generations().find(|generation| generation.kid() == kid).map(|generation| generation.id)
    }

    pub(super) fn seeds(&self) -> Vec<u32> {
        self.secret.lock().unwrap().seeds.iter().map(|(id, ..)| *id).collect()
    }

    pub(super) fn kids(&self) -> Vec<String> {
        self.published.lock().unwrap().iter().map(|key| key.kid().to_owned()).collect()
    }

    pub(super) fn state(&self) -> (Secret, Vec<PublishedKey>) {
        (self.secret.lock().unwrap().clone(), self.published.lock().unwrap().clone())
    }
}

fn ring(secret: &Secret) -> Keyring {
    let generation = |(id, seed, at): &(u32, Seed, Timestamp)| Generation::new(*id, seed.clone(), *at).unwrap();
    Keyring::new(Seed::from_chance([0; 32]), secret.seeds.iter().map(generation).collect()).unwrap()
}

struct Hands(Arc<World>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.now.lock().unwrap()
    }
}

impl Rng for Hands {
    fn fill(&self, bytes: &mut [u8]) {
        let mut drawn = self.0.drawn.lock().unwrap();
        *drawn += 1;
        bytes.fill(*drawn);
    }
}

#[async_trait]
impl KeyVault for World {
    async fn read(&self) -> Result<StoredRing> {
        let stale = self.stale.lock().unwrap().clone();
        let secret = stale.unwrap_or_else(|| self.secret.lock().unwrap().clone());
        Ok(StoredRing { ring: ring(&secret), version: secret.version.to_string() })
    }

    async fn replace(&self, before: &str, ring: &Keyring) -> Result<bool> {
        self.write()?;
        let mut secret = self.secret.lock().unwrap();
        if *self.has_rival.lock().unwrap() {
            secret.version += 1;
        }
        if secret.version.to_string() != before {
            return Ok(false);
        }
        assert_eq!(ring.refresh_seed, Seed::from_chance([0; 32]), "a rotation would sign everybody out");
        let seeds = ring.generations().map(|one| (one.id, one.seed.clone(), one.created_at)).collect();
        *secret = Secret { version: secret.version + 1, seeds };
        Ok(true)
    }
}

#[async_trait]
impl PublicKeys for World {
    async fn all(&self) -> Result<Vec<PublishedKey>> {
        Ok(self.published.lock().unwrap().clone())
    }

    async fn publish(&self, key: &PublishedKey) -> Result<()> {
        self.write()?;
        self.published.lock().unwrap().push(key.clone());
        Ok(())
    }

    async fn withdraw(&self, kid: &str) -> Result<()> {
        self.write()?;
        let mut published = self.published.lock().unwrap();
        published.retain(|key| key.kid() != kid);
        assert!(!published.is_empty(), "nobody could verify anything");
        Ok(())
    }
}
