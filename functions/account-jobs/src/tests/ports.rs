//! The ports of the work, in memory: every call may be the last one.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use shared::domain::erasure::{Erasure, Step};
use shared::domain::id::UserId;
use shared::domain::outbox::OutboxEntry;
use shared::domain::time::Timestamp;
use shared::error::Result;
use shared::ports::ambient::{Clock, Rng};
use shared::ports::erasures::{ErasureLedger, Erasures, Left, Traces};
use shared::ports::outbox::{LeftOver, Outbox, Promises};

use super::world::{AT_ONCE, START, World, ada, name};

pub(super) struct Place {
    pub(super) world: World,
    pub(super) step: Step,
}

#[async_trait]
impl Traces for Place {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        assert_eq!(user_id, ada());
        let takes = self.world.inner().takes;
        tokio::time::sleep(takes).await;
        self.world.call(|inner| {
            assert!(inner.is_noted, "something is gone that a restored table would bring back");
            let facts = inner.facts.get_mut(name(self.step)).unwrap();
            *facts = facts.saturating_sub(AT_ONCE);
            if *facts == 0 { Left::Nothing } else { Left::More }
        })
    }
}

#[async_trait]
impl Erasures for World {
    async fn find(&self, _: UserId) -> Result<Option<Erasure>> {
        self.call(|inner| inner.erasure.clone())
    }

    async fn advance(&self, after: &Erasure) -> Result<bool> {
        self.call(|inner| {
            let before = inner.erasure.clone().unwrap();
            if after.done != before.done + 1 {
                return false;
            }
            let step = before.step().unwrap();
            // What comes late may have come after the last look; the second round finds it.
            let left = inner.facts.get(name(step)).copied().unwrap_or(0);
            assert!(left == 0 || inner.late_came, "{step:?} is said to be done");
            inner.erasure = Some(after.clone());
            true
        })
    }

    async fn is_farewell_said(&self, _: &Erasure) -> Result<bool> {
        self.call(|inner| inner.is_farewell_said)
    }
}

#[async_trait]
impl ErasureLedger for World {
    async fn note(&self, erasure: &Erasure) -> Result<()> {
        assert_eq!(erasure.user_id, ada());
        self.call(|inner| inner.is_noted = true)
    }
}

#[async_trait]
impl Outbox for World {
    async fn finish(&self, entry: &OutboxEntry) -> Result<()> {
        self.call(|inner| inner.promises.retain(|promise| promise.id != entry.id))
    }

    async fn hand_over(&self, _: &OutboxEntry) -> Result<()> {
        unreachable!("nothing is handed over")
    }

    async fn left_over(&self, _: u64) -> Result<LeftOver> {
        unreachable!("nothing is swept")
    }
}

#[async_trait]
impl Promises for World {
    async fn promise(&self, entry: &OutboxEntry) -> Result<()> {
        self.call(|inner| inner.promises.push(entry.clone()))
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        START + self.inner().began.elapsed()
    }
}

impl Rng for World {
    fn fill(&self, bytes: &mut [u8]) {
        static DRAWN: AtomicU64 = AtomicU64::new(1);
        for chunk in bytes.chunks_mut(8) {
            let drawn = DRAWN.fetch_add(1, Ordering::Relaxed);
            chunk.copy_from_slice(&drawn.to_be_bytes()[8 - chunk.len()..]);
        }
    }
}
