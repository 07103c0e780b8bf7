//! Time and chance, the two inputs that every use case needs and no test wants to leave to luck.

use std::fmt;
use std::sync::Arc;

use crate::domain::id::Id;
use crate::domain::outbox::{Effect, OutboxEntry};
use crate::domain::time::Timestamp;
use crate::telemetry;

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

pub trait Rng: Send + Sync {
    /// Fills `bytes` from a cryptographically secure source.
    fn fill(&self, bytes: &mut [u8]);
}

/// A clock and a source of chance, handed to every use case.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
}

impl Ambient {
    pub fn new(clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        Self { clock, rng }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill(&mut bytes);
        bytes
    }

    /// A new identifier, sorted by the present time.
    pub fn id<I: Id>(&self) -> I {
        I::from_parts(self.now(), self.bytes())
    }

    /// A promise to be stored with the change that makes it.
    pub fn promise(&self, effect: Effect) -> OutboxEntry {
        OutboxEntry { id: self.id(), created_at: self.now(), request_id: telemetry::request_id(), effect }
    }

    /// A number below `bound`, every one equally likely.
    pub fn below(&self, bound: u32) -> u32 {
        // Numbers above the last whole multiple of the bound would favour the small ones: draw again.
        let limit = u32::MAX - u32::MAX % bound;
        loop {
            let drawn = u32::from_be_bytes(self.bytes());
            if drawn < limit {
                return drawn % bound;
            }
        }
    }
}

impl fmt::Debug for Ambient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ambient")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    struct Script(Mutex<Vec<u8>>);

    impl Rng for Script {
        fn fill(&self, bytes: &mut [u8]) {
            let mut script = self.0.lock().unwrap();
            for byte in bytes {
                *byte = script.remove(0);
            }
        }
    }

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_seconds(43_200)
        }
    }

    #[test]
    fn a_drawn_number_is_never_biased_by_the_remainder() {
        let script = Script(Mutex::new(vec![0xff, 0xff, 0xff, 0xff, 0, 0, 0, 7]));
        let ambient = Ambient::new(Arc::new(Noon), Arc::new(script));
        assert_eq!(ambient.below(1_000_000), 7);
    }
}
