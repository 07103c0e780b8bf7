//! Chance from a seed.

use std::sync::Mutex;

pub(crate) struct Dice(Mutex<u64>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.draw() % bound.max(1)
    }

    /// `SplitMix64`.
    fn draw(&self) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut drawn = *state;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        drawn ^ (drawn >> 31)
    }
}

impl Default for Dice {
    fn default() -> Self {
        Self::new(0)
    }
}
