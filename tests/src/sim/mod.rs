//! The simulation: the functions of the chat as they are, on ports in memory, among clients that keep to the protocol, in
//! weather in which everything fails that can. The checker in the style of Jepsen's then holds the history to the design's
//! promises: nothing acknowledged is lost, nothing is there twice, everybody reads the same in the same order, and whoever
//! comes back gets exactly what they missed.
//!
//! A seed is a history: `SIM_SEED=17 cargo xtask test sim` plays one of them, `SIM_SEEDS=100000` that many.

mod aws;
mod checker;
mod device;
mod gateway;
mod history;
mod life;
mod marks;
mod memory;
mod memory_chat;
mod memory_presence;
mod play;
mod ports;
mod sender;
mod sources;
mod state;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

pub(crate) use history::Log;
use play::{Ending, play};
pub(crate) use ports::InMemory;
use world::Plant;

/// Histories that every run of the tests plays.
const SEEDS: u64 = 1_000;
/// Acknowledged messages in all of them together.
const MESSAGES: usize = 100_000;
const THREADS: usize = 2;

#[test]
fn a_thousand_histories_lose_double_and_reorder_nothing() {
    let seeds = match number("SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIM_SEEDS").unwrap_or(SEEDS),
    };
    let count = seeds.end - seeds.start;
    let (next, acknowledged) = (AtomicU64::new(seeds.start), AtomicUsize::new(0));
    let wrong: Mutex<BTreeMap<u64, Vec<String>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < seeds.end) {
                    let ending = play(seed, None);
                    acknowledged.fetch_add(ending.acknowledged, Ordering::Relaxed);
                    if !ending.complaints.is_empty() {
                        wrong.lock().unwrap().insert(seed, ending.complaints);
                    }
                }
            });
        }
    });
    let (wrong, acknowledged) = (wrong.into_inner().unwrap(), acknowledged.into_inner());
    eprintln!("{count} histories with {acknowledged} acknowledged messages");
    assert!(wrong.is_empty(), "{} histories broke a promise; the first: {:#?}", wrong.len(), wrong.first_key_value());
    assert!(count < SEEDS || acknowledged >= MESSAGES, "{acknowledged} messages were acknowledged");
}

#[test]
fn the_same_seed_is_the_same_history() {
    for seed in 0..5 {
        let (first, second) = (play(seed, None), play(seed, None));
        assert_eq!(first.trace, second.trace, "seed {seed}");
    }
}

#[test]
fn every_planted_mistake_is_noticed() {
    for plant in Plant::ALL {
        let noticed = (0..SEEDS).find_map(|seed| {
            let Ending { complaints, .. } = play(seed, Some(plant));
            complaints.into_iter().next().map(|complaint| (seed, complaint))
        });
        let (seed, complaint) = noticed.unwrap_or_else(|| panic!("{plant:?} is noticed by nobody"));
        eprintln!("{plant:?}: noticed with seed {seed}: {complaint}");
    }
}

#[expect(clippy::disallowed_methods, reason = "which histories are played is the choice of whoever plays them")]
fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
