//! Rotations with a clock in the test's hand, a secret and a table in memory, and writes that fail when they are told to.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::domain::keys::{ANNOUNCEMENT, Generation, MARGIN, TERM};
use shared::domain::time::Timestamp;
use shared::domain::token::LIFETIME;
use shared::ports::ambient::{Clock, Rng};
use shared::ports::keys::StoredRing;

use super::*;

const START: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
const HOUR: Duration = Duration::from_hours(1);
const ENOUGH: usize = 100;

/// The seeds of a secret, with the version that they are at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Secret {
    version: u32,
    seeds: Vec<(u32, Seed, Timestamp)>,
}

struct World {
    now: Mutex<Timestamp>,
    secret: Mutex<Secret>,
    /// What a read answers instead of the secret: an older version of it.
    stale: Mutex<Option<Secret>>,
    published: Mutex<Vec<PublishedKey>>,
    /// How many writes succeed before the process dies.
    writes: Mutex<usize>,
    drawn: Mutex<u8>,
    /// Whether another run writes the secret between this one's read and write.
    has_rival: Mutex<bool>,
}

impl World {
    /// A fresh deployment.
    fn new() -> Arc<Self> {
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
    async fn at_the_end_of_a_term() -> Arc<Self> {
        let world = Self::new();
        world.runs("{}").await.unwrap();
        world.waits(TERM);
        world
    }

    async fn runs(self: &Arc<Self>, order: &str) -> Result<()> {
        let ambient = Ambient::new(Arc::new(Hands(self.clone())), Arc::new(Hands(self.clone())));
        let deps = Deps { vault: self.clone(), published: self.clone(), ambient };
        rotate(&deps, serde_json::from_str(order).unwrap()).await
    }

    /// A run that dies after some writes.
    async fn runs_until(self: &Arc<Self>, writes: usize, order: &str) -> Result<()> {
        *self.writes.lock().unwrap() = writes;
        let outcome = self.runs(order).await;
        *self.writes.lock().unwrap() = ENOUGH;
        outcome
    }

    fn waits(&self, duration: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = *now + duration;
    }

    fn write(&self) -> Result<()> {
        let mut left = self.writes.lock().unwrap();
        *left = left.checked_sub(1).ok_or_else(|| Error::unavailable("the process died"))?;
        Ok(())
    }

    /// The number of the generation that signs now, as an `auth` sees it that has read everything a moment ago.
    fn signer(&self) -> Option<u32> {
        let (ring, published) = (ring(&self.secret.lock().unwrap()), self.published.lock().unwrap());
        let kid = keys::signer(&published, |kid| ring.holds(kid), *self.now.lock().unwrap())?.kid();
        ring.generations().find(|generation| generation.kid() == kid).map(|generation| generation.id)
    }

    fn seeds(&self) -> Vec<u32> {
        self.secret.lock().unwrap().seeds.iter().map(|(id, ..)| *id).collect()
    }

    fn kids(&self) -> Vec<String> {
        self.published.lock().unwrap().iter().map(|key| key.kid().to_owned()).collect()
    }

    fn state(&self) -> (Secret, Vec<PublishedKey>) {
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

#[tokio::test]
async fn the_first_run_publishes_what_the_template_made() {
    let world = World::new();
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.signer(), world.kids().len()), (vec![1], Some(1), 1));
    assert_eq!(world.secret.lock().unwrap().version, 1, "the secret stays as the template made it");
}

#[tokio::test]
async fn within_the_term_nothing_is_written() {
    let world = World::new();
    world.runs("{}").await.unwrap();
    let before = world.state();
    world.waits(TERM.saturating_sub(HOUR));
    world.runs_until(0, "{}").await.unwrap();
    assert_eq!(world.state(), before);
}

#[tokio::test]
async fn a_new_key_is_announced_then_signs_and_the_old_one_stays_until_its_last_token_has_expired() {
    let world = World::at_the_end_of_a_term().await;
    let old = world.kids();
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.signer(), world.kids().len()), (vec![1, 2], Some(1), 2));

    world.waits(ANNOUNCEMENT);
    assert_eq!(world.signer(), Some(2));
    world.waits((MARGIN + LIFETIME).saturating_sub(Duration::from_millis(1)));
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.kids().len()), (vec![1, 2], 2));

    world.waits(Duration::from_millis(1));
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.signer()), (vec![2], Some(2)));
    assert!(world.kids().len() == 1 && world.kids() != old);
}

#[tokio::test]
async fn wherever_a_run_is_cut_short_the_next_one_goes_on() {
    // One run that announces, and one that drops and withdraws.
    for later in [Duration::ZERO, ANNOUNCEMENT + MARGIN + LIFETIME] {
        for writes in 0..2 {
            let whole = World::at_the_end_of_a_term().await;
            let cut = World::at_the_end_of_a_term().await;
            for world in [&whole, &cut] {
                if later > Duration::ZERO {
                    world.runs("{}").await.unwrap();
                    world.waits(later);
                }
            }
            whole.runs("{}").await.unwrap();
            cut.runs_until(writes, "{}").await.unwrap_err();
            assert_eq!(cut.signer(), whole.signer(), "after {writes} writes");
            cut.runs("{}").await.unwrap();
            let (seeds, signer) = (cut.seeds(), cut.signer());
            assert_eq!((seeds, signer, cut.kids().len()), (whole.seeds(), whole.signer(), whole.kids().len()));
        }
    }
}

#[tokio::test]
async fn an_announcement_that_came_late_is_as_long_as_any() {
    let world = World::at_the_end_of_a_term().await;
    world.runs_until(1, "{}").await.unwrap_err();
    world.waits(24 * HOUR);
    world.runs("{}").await.unwrap();
    assert_eq!(world.signer(), Some(1));
    world.waits(ANNOUNCEMENT);
    assert_eq!(world.signer(), Some(2));
}

#[tokio::test]
async fn of_two_runs_at_once_the_second_writes_nothing() {
    let world = World::at_the_end_of_a_term().await;
    *world.has_rival.lock().unwrap() = true;
    let (published, seeds) = (world.kids(), world.seeds());
    world.runs("{}").await.unwrap();
    assert_eq!((world.kids(), world.seeds()), (published.clone(), seeds.clone()));
    world.runs(r#"{"now":true}"#).await.unwrap_err();
    assert_eq!((world.kids(), world.seeds()), (published, seeds));
}

#[tokio::test]
async fn in_an_emergency_the_old_keys_go_at_once() {
    let world = World::at_the_end_of_a_term().await;
    world.runs("{}").await.unwrap();
    let old = world.kids();
    world.runs(r#"{"now":true}"#).await.unwrap();
    assert_eq!((world.seeds(), world.signer(), world.kids().len()), (vec![3], Some(3), 1));
    assert!(world.kids().iter().all(|kid| !old.contains(kid)));
    // A second leak within the hour.
    world.waits(Duration::from_mins(1));
    world.runs(r#"{"now":true}"#).await.unwrap();
    assert_eq!((world.seeds(), world.signer(), world.kids().len()), (vec![4], Some(4), 1));
}

#[tokio::test]
async fn an_emergency_at_a_slow_clock_leaves_a_key_that_signs() {
    let world = World::at_the_end_of_a_term().await;
    world.runs("{}").await.unwrap();
    *world.now.lock().unwrap() = START;
    world.runs(r#"{"now":true}"#).await.unwrap();
    assert_eq!((world.signer(), world.kids().len()), (Some(3), 1));
}

#[tokio::test]
async fn an_emergency_that_was_cut_short_says_so_and_ends_with_the_next_run() {
    for writes in 0..4 {
        for next in ["{}", r#"{"now":true}"#] {
            let world = World::at_the_end_of_a_term().await;
            world.runs("{}").await.unwrap();
            world.waits(ANNOUNCEMENT);
            let old = world.kids();
            world.runs_until(writes, r#"{"now":true}"#).await.unwrap_err();
            if writes == 0 && next == "{}" {
                continue;
            }
            world.runs(next).await.unwrap();
            assert!(world.signer().is_some_and(|signer| signer > 2), "{writes} writes, then {next}");
            assert!(world.kids().iter().all(|kid| !old.contains(kid)), "{writes} writes, then {next}");
        }
    }
}

#[tokio::test]
async fn a_run_with_an_outdated_secret_neither_brings_back_nor_takes_away() {
    let world = World::at_the_end_of_a_term().await;
    let outdated = world.secret.lock().unwrap().clone();
    world.runs(r#"{"now":true}"#).await.unwrap();
    let (after, kids) = (world.seeds(), world.kids());
    *world.stale.lock().unwrap() = Some(outdated);
    world.waits(Duration::from_secs(1));
    world.runs("{}").await.unwrap();
    assert_eq!((world.seeds(), world.kids()), (after, kids));
}

#[test]
fn an_order_is_understood_or_refused() {
    let read = |order: Value| serde_json::from_value::<Order>(order).map(Order::urgency);
    assert_eq!(read(json!({})).unwrap(), Urgency::ByTheClock);
    assert_eq!(read(json!({ "now": false })).unwrap(), Urgency::ByTheClock);
    assert_eq!(read(json!({ "now": true })).unwrap(), Urgency::Now);
    for misspelt in [json!({ "Now": true }), json!({ "now": "true" }), json!({ "rotate": true }), json!(null)] {
        assert!(read(misspelt.clone()).is_err(), "{misspelt}");
    }
}
