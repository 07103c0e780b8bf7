//! The world of a simulation: its time, its chance and its weather.
//!
//! Time is tokio's paused clock, which jumps to whatever happens next. Chance is one seeded stream that everything draws
//! from in the order in which it happens, so that a seed is a whole history: who waits how long, what fails, who dies.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::{Ambient, Clock, Rng};
use tokio::time::{Instant, sleep};

use super::life;
use super::state::State;

const START: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

pub(super) struct World {
    epoch: Instant,
    chance: Mutex<u64>,
    weather: Mutex<Weather>,
    pub(super) plant: Option<Plant>,
    state: Mutex<State>,
    trace: Mutex<Trace>,
}

/// How often things go wrong, in so many of a thousand cases.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weather {
    /// A call fails and nothing has happened.
    pub(super) refuse: u64,
    /// A call has happened and its answer is lost.
    pub(super) lose_answer: u64,
    /// A transaction meets another one.
    pub(super) conflict: u64,
    /// A function's process is killed at a step.
    pub(super) kill: u64,
    /// The gateway takes no more posts.
    pub(super) throttle: u64,
    /// A socket's buffer is full, for a while.
    pub(super) stall: u64,
    /// A frame comes twice.
    pub(super) double: u64,
    /// A connection is cut when something passes through it.
    pub(super) cut: u64,
    /// The gateway does not notice that a connection was cut.
    pub(super) unnoticed: u64,
    /// Nobody is told of a connection's end.
    pub(super) lost_disconnect: u64,
    /// A call takes seconds.
    pub(super) slow: u64,
}

/// A mistake that somebody could make, to show that the checker notices it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plant {
    AckBeforeCommit,
    UnconditionalSeq,
    NoDedupe,
    ErrorForCommitted,
    DropOnThrottle,
    ForgetTheSender,
    FailTheWholeBatch,
    IgnoreTheBlock,
    AckALostEdit,
    NameNoGap,
}

impl Plant {
    pub(super) const ALL: [Self; 10] = [
        Self::AckBeforeCommit,
        Self::UnconditionalSeq,
        Self::NoDedupe,
        Self::ErrorForCommitted,
        Self::DropOnThrottle,
        Self::ForgetTheSender,
        Self::FailTheWholeBatch,
        Self::IgnoreTheBlock,
        Self::AckALostEdit,
        Self::NameNoGap,
    ];
}

/// Whether a call changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Read,
    Write,
}

/// What has happened, as a number that two runs of one seed have in common.
#[derive(Default)]
struct Trace {
    hash: u64,
    steps: u64,
}

impl World {
    pub(super) fn new(seed: u64, weather: Weather, plant: Option<Plant>) -> Arc<Self> {
        Arc::new(Self {
            epoch: Instant::now(),
            chance: Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            weather: Mutex::new(weather),
            plant,
            state: Mutex::default(),
            trace: Mutex::default(),
        })
    }

    pub(super) fn ambient(self: &Arc<Self>) -> Ambient {
        Ambient::new(self.clone(), self.clone())
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        START + self.epoch.elapsed()
    }

    /// From here on nothing goes wrong.
    pub(super) fn clears_up(&self) {
        *self.weather.lock().unwrap() = Weather::default();
    }

    /// A number below `bound`.
    pub(super) fn below(&self, bound: u64) -> u64 {
        self.draw() % bound.max(1)
    }

    pub(super) fn between(&self, shortest: Duration, longest: Duration) -> Duration {
        let (shortest, longest) = (millis(shortest), millis(longest));
        Duration::from_millis(shortest + self.below(longest - shortest + 1))
    }

    /// Whether something happens that happens in so many of a thousand cases.
    pub(super) fn strikes(&self, what: impl FnOnce(&Weather) -> u64) -> bool {
        let per_mille = what(&self.weather.lock().unwrap());
        per_mille > 0 && self.below(1_000) < per_mille
    }

    /// One call to something across the network.
    pub(super) async fn call<T>(&self, what: &str, does: Does, act: impl FnOnce(&mut State) -> T) -> Result<T> {
        self.step().await;
        if self.strikes(|weather| weather.refuse) {
            return Err(Error::unavailable("the weather refuses"));
        }
        let outcome = act(&mut self.state());
        self.note(what);
        self.step().await;
        if does == Does::Write && self.strikes(|weather| weather.lose_answer) {
            return Err(Error::unavailable("the weather has taken the answer"));
        }
        Ok(outcome)
    }

    /// A while passes, and the process may be killed in it.
    pub(super) async fn step(&self) {
        if life::is_a_process() && self.strikes(|weather| weather.kill) {
            life::die().await;
        }
        let longest = if self.strikes(|weather| weather.slow) { 2_000 } else { 12 };
        sleep(Duration::from_millis(1 + self.below(longest))).await;
    }

    pub(super) fn note(&self, what: &str) {
        let now = self.now().unix_millis();
        let mut trace = self.trace.lock().unwrap();
        let bytes = what.bytes().chain(now.to_be_bytes());
        trace.hash = bytes.fold(trace.hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        trace.steps += 1;
    }

    /// The trace so far, and how many steps it has.
    pub(super) fn trace(&self) -> (u64, u64) {
        let trace = self.trace.lock().unwrap();
        (trace.hash, trace.steps)
    }

    /// `SplitMix64`.
    fn draw(&self) -> u64 {
        let mut chance = self.chance.lock().unwrap();
        *chance = chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut drawn = *chance;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        drawn ^ (drawn >> 31)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap()
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        World::now(self)
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.draw().to_be_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }
}
