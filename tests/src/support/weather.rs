//! Weather on the wire: faults at random, each at a rate of its own, from a seed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Dice, Fault};

/// Longer than any attempt that a function makes.
const STALL: Duration = Duration::from_secs(3);
/// For how many calls a gust lasts, in which every other one meets a fault: what is repeated at once fails again.
const GUST: u32 = 24;

/// Out of a thousand calls, how many a fault befalls, and how many begin a gust.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weather {
    /// Of transactions only.
    pub(crate) conflict: u64,
    pub(crate) throttle: u64,
    pub(crate) server_error: u64,
    pub(crate) refuse: u64,
    pub(crate) stall: u64,
    pub(crate) lose_answer: u64,
    pub(crate) gust: u64,
}

#[derive(Default)]
pub(super) struct Sky {
    weather: Weather,
    dice: Dice,
    gust_left: u32,
    befallen: BTreeMap<String, usize>,
}

impl Sky {
    pub(super) fn new(weather: Weather, seed: u64) -> Self {
        Self { weather, dice: Dice::new(seed), ..Self::default() }
    }

    /// What befalls this call.
    pub(super) fn befalls(&mut self, operation: &str) -> Option<Fault> {
        let Weather { conflict, throttle, server_error, refuse, stall, lose_answer, gust } = self.weather;
        let rates = [
            (Fault::Conflict, if operation == "TransactWriteItems" { conflict } else { 0 }),
            (Fault::Throttle, throttle),
            (Fault::ServerError, server_error),
            (Fault::Refuse, refuse),
            (Fault::Stall(STALL), stall),
            (Fault::LoseAnswer, lose_answer),
        ];
        if self.gust_left == 0 && self.dice.below(1_000) < gust {
            self.gust_left = GUST;
        }
        let in_all: u64 = rates.iter().map(|(_, rate)| rate).sum();
        let bound = if self.gust_left > 0 { 2 * in_all } else { 1_000 };
        self.gust_left = self.gust_left.saturating_sub(1);
        let mut drawn = self.dice.below(bound);
        let hit = rates.into_iter().find(|(_, rate)| {
            let is_hit = drawn < *rate;
            drawn = drawn.saturating_sub(*rate);
            is_hit
        });
        let (fault, _) = hit?;
        *self.befallen.entry(format!("{fault:?}")).or_default() += 1;
        Some(fault)
    }

    /// How often each fault has come.
    pub(super) fn told(&self) -> String {
        let told: Vec<_> = self.befallen.iter().map(|(fault, times)| format!("{fault} {times}")).collect();
        told.join(", ")
    }
}

#[test]
fn faults_come_at_their_rates_and_conflicts_to_transactions_only() {
    let weather = Weather { conflict: 100, refuse: 50, ..Weather::default() };
    let mut sky = Sky::new(weather, 1);
    let mut count = |operation: &str| (0..10_000).filter(|_| sky.befalls(operation).is_some()).count();
    assert!((1_300..1_700).contains(&count("TransactWriteItems")));
    assert!((400..600).contains(&count("GetItem")));
    assert!(Sky::default().befalls("TransactWriteItems").is_none(), "fine weather");
}

#[test]
fn in_a_gust_every_other_call_fails() {
    let mut sky = Sky::new(Weather { refuse: 1, gust: 1_000, ..Weather::default() }, 1);
    let failed = (0..10_000).filter(|_| sky.befalls("GetItem") == Some(Fault::Refuse)).count();
    assert!((4_500..5_500).contains(&failed), "{failed}");
}
