//! A year of rotations with runs that are missed or cut short, looked at every minute.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::domain::time::Timestamp;
use crate::domain::token;

const MINUTE: u64 = 60;
const YEAR: u64 = 365 * 24 * 60;
/// How often the schedule runs.
const EVERY: u64 = 60;
const START: u64 = 1_800_000_000;

/// A small generator of chance, so that a failing year can be lived again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn seed(&mut self) -> Seed {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.below(u64::MAX).to_be_bytes());
        }
        Seed::from_chance(bytes)
    }
}

struct World {
    ring: Keyring,
    published: Vec<PublishedKey>,
    first: String,
}

impl World {
    fn new(chance: &mut Chance) -> Self {
        let seed = chance.seed();
        let generation = Generation::new(1, seed.clone(), Timestamp::from_unix_seconds(0)).unwrap();
        let first = generation.kid().to_owned();
        Self { ring: Keyring::new(seed, vec![generation]).unwrap(), published: Vec::new(), first }
    }

    /// A run of the rotation that dies before its write number `writes`.
    fn rotate(&mut self, now: Timestamp, writes: u64, chance: &mut Chance) {
        let mut left = 0..writes;
        let mut goes_on = || left.next().is_some();
        let read = self.published.clone();
        if let Some(next) = turn(&self.ring, &read, Urgency::ByTheClock, now, || chance.seed()).unwrap() {
            if !goes_on() {
                return;
            }
            self.ring = next;
        }
        if let Some(key) = announce(&self.ring, &read, now) {
            if !goes_on() {
                return;
            }
            self.published.push(key);
        }
        for kid in withdraw(&self.ring, &read, Urgency::ByTheClock, now) {
            if !goes_on() {
                return;
            }
            self.published.retain(|key| key.kid() != kid);
        }
    }

    /// The key that somebody with these generations signs with, as `auth` does it.
    fn signs(&mut self, held: &[String], now: Timestamp) -> String {
        let holds = |kid: &str| held.iter().any(|one| one == kid);
        if self.published.is_empty() {
            self.published.push(PublishedKey::at_once(self.ring.newest().key.public(), now));
        }
        let signer = signer(&self.published, holds, now).expect("somebody signs at any time");
        let age = now.since(signer.published_at);
        assert!(age >= ANNOUNCEMENT || signer.kid() == self.first, "{} signs after {age:?}", signer.kid());
        signer.kid().to_owned()
    }

    fn held(&self) -> Vec<String> {
        self.ring.generations().map(|generation| generation.kid().to_owned()).collect()
    }
}

/// Lives through a year; answers how many keys have signed in it.
fn live(seed: u64, missed_percent: u64) -> usize {
    let mut chance = Chance(seed | 1);
    let mut world = World::new(&mut chance);
    let mut signers: Vec<String> = Vec::new();
    // Tokens that have not expired: the key, and the minute of expiry.
    let mut tokens: VecDeque<(String, u64)> = VecDeque::new();
    let mut stale = world.held();
    for minute in 0..YEAR {
        let now = Timestamp::from_unix_seconds(START + minute * MINUTE);
        if minute % EVERY == 0 && chance.below(100) >= missed_percent {
            let writes = chance.below(5);
            world.rotate(now, writes, &mut chance);
        }
        let held = world.held();
        let kid = world.signs(&held, now);
        if signers.last() != Some(&kid) {
            assert!(!signers.contains(&kid), "{kid} signs again after its turn");
            signers.push(kid.clone());
        }
        // An environment that has seen no new seed for up to five minutes signs with the same key.
        if minute % 5 == 0 {
            stale = held;
        }
        assert_eq!(world.signs(&stale, now), kid, "two keys sign at once");
        tokens.push_back((kid, minute + token::LIFETIME.as_secs() / MINUTE));
        while tokens.front().is_some_and(|(_, expires)| *expires <= minute) {
            tokens.pop_front();
        }
        for (kid, _) in &tokens {
            assert!(world.published.iter().any(|key| key.kid() == kid), "minute {minute}: {kid} is gone too early");
        }
        assert!(world.published.len() <= 3, "keys pile up");
    }
    signers.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn at_every_minute_one_announced_key_signs_and_every_token_verifies(seed: u64, missed_percent in 0..98_u64) {
        let signers = live(seed, missed_percent);
        prop_assert!((9..=13).contains(&signers), "{signers} keys signed");
    }
}

#[test]
fn a_year_of_runs_in_time_has_a_new_signer_every_month() {
    assert_eq!(live(7, 0), 13);
}
