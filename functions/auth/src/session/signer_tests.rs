//! An environment of `auth` that stays warm while keys rotate around it.

use std::sync::Mutex as Lock;

use async_trait::async_trait;
use shared::domain::id::{Id, SessionId, UserId};
use shared::domain::keys::{ANNOUNCEMENT, Generation, MARGIN, Seed};
use shared::domain::token::key_id;
use shared::error::Code;
use shared::ports::keys::StoredRing;

use super::*;

const START: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
/// What the template makes says nothing of its age.
const UNKNOWN: Timestamp = Timestamp::from_unix_seconds(0);

/// The secret and the published keys.
#[derive(Default)]
struct World {
    seeds: Lock<Vec<(u32, Timestamp)>>,
    published: Lock<Vec<PublishedKey>>,
    is_vault_down: Lock<bool>,
    ring_reads: Lock<usize>,
}

impl World {
    fn new() -> (Arc<Self>, Signer) {
        let world = Arc::new(Self { seeds: Lock::new(vec![(1, UNKNOWN)]), ..Self::default() });
        let signer = Signer::new(world.ring(), world.clone(), world.clone(), START);
        (world, signer)
    }

    fn ring(&self) -> Keyring {
        let generations = self.seeds.lock().unwrap().iter().map(|(id, at)| generation(*id, *at)).collect();
        Keyring::new(Seed::from_chance([0; 32]), generations).unwrap()
    }

    /// What a rotation does when a term has ended.
    fn announces(&self, id: u32, now: Timestamp) {
        self.seeds.lock().unwrap().push((id, now));
        let key = PublishedKey::at_once(generation(id, now).key.public(), now);
        self.published.lock().unwrap().push(PublishedKey { signs_from: now + ANNOUNCEMENT, ..key });
    }

    /// What a rotation does in an emergency.
    fn replaces_all(&self, id: u32, now: Timestamp) {
        *self.seeds.lock().unwrap() = vec![(id, now)];
        *self.published.lock().unwrap() = vec![PublishedKey::at_once(generation(id, now).key.public(), now)];
    }

    /// How often the secret was read since the last question.
    fn ring_reads(&self) -> usize {
        std::mem::take(&mut self.ring_reads.lock().unwrap())
    }
}

fn generation(id: u32, created_at: Timestamp) -> Generation {
    Generation::new(id, Seed::from_chance([u8::try_from(id).unwrap(); 32]), created_at).unwrap()
}

fn kid(id: u32) -> String {
    generation(id, UNKNOWN).kid().to_owned()
}

#[async_trait]
impl KeyVault for World {
    async fn read(&self) -> Result<StoredRing> {
        *self.ring_reads.lock().unwrap() += 1;
        if *self.is_vault_down.lock().unwrap() {
            return Err(Error::unavailable("the vault is down"));
        }
        // Whoever reads at the same time gets a turn.
        tokio::task::yield_now().await;
        Ok(StoredRing { ring: self.ring(), version: String::new() })
    }

    async fn replace(&self, _before: &str, _ring: &Keyring) -> Result<bool> {
        Err(Error::internal("auth writes no secret"))
    }
}

#[async_trait]
impl PublicKeys for World {
    async fn all(&self) -> Result<Vec<PublishedKey>> {
        Ok(self.published.lock().unwrap().clone())
    }

    async fn publish(&self, key: &PublishedKey) -> Result<()> {
        self.published.lock().unwrap().push(key.clone());
        Ok(())
    }

    async fn withdraw(&self, _kid: &str) -> Result<()> {
        Err(Error::internal("auth withdraws nothing"))
    }
}

async fn try_sign(signer: &Signer, now: Timestamp) -> Result<String> {
    let claims = Claims::new("issuer", UserId::from_parts(now, [1; 10]), SessionId::from_parts(now, [2; 10]), 1, now);
    signer.sign(&claims, now).await
}

/// The key that a token is signed with.
async fn signs(signer: &Signer, now: Timestamp) -> String {
    key_id(&try_sign(signer, now).await.unwrap()).unwrap()
}

#[tokio::test]
async fn the_first_token_of_all_publishes_its_key() {
    let (world, signer) = World::new();
    assert_eq!(signs(&signer, START).await, kid(1));
    assert_eq!(world.published.lock().unwrap()[0].kid(), kid(1));
    assert_eq!(signs(&signer, START).await, kid(1));
    assert_eq!((world.published.lock().unwrap().len(), world.ring_reads()), (1, 0));
}

#[tokio::test]
async fn a_warm_environment_signs_with_a_new_key_from_its_time_on() {
    let (world, signer) = World::new();
    signs(&signer, START).await;
    world.announces(2, START + RING_CACHE);
    let turn = START + RING_CACHE + ANNOUNCEMENT;
    assert_eq!(signs(&signer, START + RING_CACHE + PUBLISHED_CACHE).await, kid(1));
    let just_before = Timestamp::from_unix_millis(turn.unix_millis() - 1);
    assert_eq!(signs(&signer, just_before).await, kid(1));
    assert_eq!(signs(&signer, turn).await, kid(2));
}

#[tokio::test]
async fn a_seed_signs_nothing_before_its_key_is_published_for_long_enough() {
    let (world, signer) = World::new();
    signs(&signer, START).await;
    // A rotation that died between the secret and the table.
    world.seeds.lock().unwrap().push((2, START));
    let later = START + 10 * RING_CACHE;
    assert_eq!(signs(&signer, later).await, kid(1));
    assert_eq!(world.ring_reads(), 1);
    assert_eq!(signs(&signer, later).await, kid(1));
    assert_eq!(world.published.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_secret_is_read_every_five_minutes_and_once_for_many_who_ask() {
    let (world, signer) = World::new();
    for second in (0..3_600).step_by(10) {
        let now = START + Duration::from_secs(second);
        let (one, two) = tokio::join!(try_sign(&signer, now), try_sign(&signer, now));
        assert!(one.is_ok() && two.is_ok());
    }
    assert_eq!(world.ring_reads(), 11);
}

#[tokio::test]
async fn without_the_secret_the_old_key_signs_for_as_long_as_its_tokens_verify() {
    let (world, signer) = World::new();
    signs(&signer, START).await;
    world.announces(2, START);
    *world.is_vault_down.lock().unwrap() = true;
    let turn = START + ANNOUNCEMENT;
    assert_eq!(signs(&signer, turn).await, kid(1));
    world.ring_reads();
    for tenth in 0..100 {
        assert_eq!(signs(&signer, turn + Duration::from_millis(tenth * 100)).await, kid(1));
    }
    assert_eq!(world.ring_reads(), 1, "a vault that is down is asked every five seconds");
    let error = try_sign(&signer, turn + MARGIN).await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    *world.is_vault_down.lock().unwrap() = false;
    assert_eq!(signs(&signer, turn + MARGIN + RING_REFRESH).await, kid(2));
}

#[tokio::test]
async fn a_key_that_was_withdrawn_signs_for_five_seconds_at_most() {
    let (world, signer) = World::new();
    let leaked_at = START + Duration::from_mins(1);
    assert_eq!(signs(&signer, leaked_at).await, kid(1));
    world.replaces_all(2, leaked_at);
    assert_eq!(signs(&signer, leaked_at + PUBLISHED_CACHE).await, kid(2));
}

#[tokio::test]
async fn an_outdated_seed_does_not_publish_itself_again() {
    let (world, signer) = World::new();
    signs(&signer, START).await;
    world.replaces_all(2, START);
    *world.is_vault_down.lock().unwrap() = true;
    let error = try_sign(&signer, START + PUBLISHED_CACHE).await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert_eq!(world.published.lock().unwrap().len(), 1);
    assert_eq!(world.published.lock().unwrap()[0].kid(), kid(2));
}

#[tokio::test]
async fn a_rotation_that_died_before_it_published_anything_is_made_good() {
    let (world, signer) = World::new();
    signs(&signer, START).await;
    let now = START + RING_CACHE;
    // The secret holds the new seed only; its key was never published, the old one never withdrawn.
    *world.seeds.lock().unwrap() = vec![(2, now)];
    assert_eq!(signs(&signer, now + RING_CACHE).await, kid(2));
}
