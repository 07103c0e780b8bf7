//! A clock that stands, with the chance of the machine.

use std::sync::Arc;

use shared::adapters::system;
use shared::domain::time::Timestamp;
use shared::ports::ambient::{Ambient, Clock, Rng};

pub(crate) fn still(at: Timestamp) -> Ambient {
    Ambient::new(Arc::new(Still(at)), Arc::new(Still(at)))
}

struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl Rng for Still {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(16) {
            chunk.copy_from_slice(&system::ambient().bytes::<16>()[..chunk.len()]);
        }
    }
}
