//! A model of everybody who holds refresh tokens: the owner's tabs, which share one store, on a network that delays and
//! loses, and a thief with a copy. A hundred thousand schedules look for one that signs the owner out, or one that lets a
//! token live on that was left behind.

use std::time::Duration;

use super::*;
use crate::domain::id::Id;

const SCHEDULES: u64 = 100_000;
/// A client gives a request up after this time; what it sent may arrive until then.
const TIMEOUT_SECONDS: u64 = 25;

/// A small generator of its own (`SplitMix64`), so that a failing schedule can be run again by its number.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// The function's side: one row, and the rule of `assess`.
struct Server {
    key: RefreshKey,
    state: RefreshState,
    is_revoked: bool,
}

impl Server {
    fn start() -> (Self, RefreshToken) {
        let start = Timestamp::from_unix_seconds(1_000);
        let (user_id, session_id) = (UserId::from_parts(start, [1; 10]), SessionId::from_parts(start, [2; 10]));
        let token = RefreshToken::first(user_id, session_id, [3; 32]);
        (Self { key: RefreshKey::new(b"key"), state: RefreshState::first(&token, start), is_revoked: false }, token)
    }

    fn refreshes(&mut self, token: &RefreshToken, now: Timestamp) -> Option<RefreshToken> {
        if self.is_revoked {
            return None;
        }
        match assess(&self.state, token, &self.key, now) {
            Presented::Newest(child) => {
                self.state = self.state.rotated(&child, now);
                Some(child)
            }
            Presented::Behind(newest) => Some(newest),
            Presented::Stale => {
                self.is_revoked = true;
                None
            }
            Presented::Unknown => None,
        }
    }
}

/// A request on its way to the server.
struct Sent {
    token: RefreshToken,
    arrives_at: Timestamp,
}

/// The owner: tabs that read one store, send what they read, and write back what is newer.
struct Owner {
    store: RefreshToken,
    on_the_way: Vec<Sent>,
}

impl Owner {
    fn sends(&mut self, chance: &mut Chance, now: Timestamp) {
        let delay = Duration::from_secs(chance.below(TIMEOUT_SECONDS));
        self.on_the_way.push(Sent { token: self.store.clone(), arrives_at: now + delay });
    }

    /// Lets what is due arrive, in the order of arrival; some answers are lost on the way back. Answers whether every
    /// request was answered with a token.
    fn is_served(&mut self, server: &mut Server, chance: &mut Chance, now: Timestamp) -> bool {
        self.on_the_way.sort_by_key(|sent| sent.arrives_at);
        let due = self.on_the_way.partition_point(|sent| sent.arrives_at <= now);
        self.on_the_way.drain(..due).fold(true, |served, sent| {
            let Some(answer) = server.refreshes(&sent.token, sent.arrives_at) else { return false };
            let is_lost = chance.below(3) == 0;
            if !is_lost && answer.counter > self.store.counter {
                self.store = answer;
            }
            served
        })
    }
}

/// Several tabs wake up within a minute, then hours may pass.
fn tabs_wake_up(owner: &mut Owner, server: &mut Server, chance: &mut Chance, now: &mut Timestamp) -> bool {
    let mut answered = true;
    for _ in 0..=chance.below(4) {
        owner.sends(chance, *now);
        *now = *now + Duration::from_secs(chance.below(10));
        answered &= owner.is_served(server, chance, *now);
    }
    // Whatever is on its way arrives or is given up before the tabs sleep again.
    *now = *now + Duration::from_secs(TIMEOUT_SECONDS);
    answered &= owner.is_served(server, chance, *now);
    *now = *now + Duration::from_mins(1 + chance.below(600));
    answered
}

#[test]
fn no_schedule_of_tabs_and_lost_answers_signs_the_owner_out() {
    for number in 0..SCHEDULES {
        let (mut server, token) = Server::start();
        let (mut chance, mut now) = (Chance(number), Timestamp::from_unix_seconds(1_000));
        let mut owner = Owner { store: token, on_the_way: Vec::new() };
        for _ in 0..6 {
            let answered = tabs_wake_up(&mut owner, &mut server, &mut chance, &mut now);
            assert!(answered && !server.is_revoked, "schedule {number} signs the owner out");
        }
    }
}

#[test]
fn no_schedule_lets_two_holders_drift_apart() {
    let mut detected = 0;
    for number in 0..SCHEDULES {
        let (mut server, token) = Server::start();
        let (mut chance, mut now) = (Chance(number), Timestamp::from_unix_seconds(1_000));
        let mut owner = Owner { store: token.clone(), on_the_way: Vec::new() };
        let mut loot = token;
        for _ in 0..8 {
            tabs_wake_up(&mut owner, &mut server, &mut chance, &mut now);
            if chance.below(3) == 0 {
                let lag = server.state.counter - loot.counter;
                let was_revoked = server.is_revoked;
                match server.refreshes(&loot, now) {
                    Some(newest) => {
                        assert!(!was_revoked, "schedule {number}: a revoked session yields a token");
                        assert!(lag <= 1, "schedule {number}: the thief was {lag} behind, hours later, and got in");
                        loot = newest;
                    }
                    None => detected += 1,
                }
            }
            if server.is_revoked {
                assert!(server.refreshes(&owner.store, now).is_none() && server.refreshes(&loot, now).is_none());
            }
        }
    }
    assert!(detected > SCHEDULES / 2, "a thief who does not keep pace is found: {detected}");
}
