//! An outbox in memory, its queues, and a clock in the test's hand.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use shared::domain::id::{Id, OutboxId, UserId};
use shared::domain::outbox::{Effect, Lane, MailKind, OutboxEntry};
use shared::domain::presence::Presence;
use shared::domain::time::Timestamp;
use shared::error::Error;
use shared::ports::ambient::{Clock, Rng};
use shared::ports::outbox::{LeftOver, SweepProgress};

use super::super::*;

/// Everything around a sweep. Minutes stand in the tests as plain numbers.
#[derive(Default)]
pub(super) struct World {
    pub(super) minute: Mutex<u64>,
    pub(super) promised: Mutex<BTreeMap<u64, usize>>,
    pub(super) unreadable: Mutex<Vec<u64>>,
    pub(super) queue_is_down: Mutex<bool>,
    /// How many seconds a minute takes to be read, and some entries to be relayed.
    pub(super) reading: Mutex<u64>,
    pub(super) sending: Mutex<u64>,
    /// Seconds since the run began.
    pub(super) passed: Mutex<u64>,
    /// Minutes that cannot be read.
    pub(super) broken: Mutex<Vec<u64>>,
    pub(super) relayed: Mutex<Vec<OutboxEntry>>,
    /// What was handed to a queue, whether or not it was taken.
    pub(super) tried: Mutex<Vec<Lane>>,
    /// How many people have vanished.
    pub(super) lapsed: Mutex<u8>,
    pub(super) progress: Mutex<SweepProgress>,
    /// Another run that writes its progress while this one works.
    pub(super) rival: Mutex<Option<SweepProgress>>,
}

impl World {
    pub(super) fn at(minute: u64) -> Arc<Self> {
        let world = Arc::new(Self::default());
        *world.minute.lock().unwrap() = minute;
        *world.progress.lock().unwrap() = SweepProgress { version: 1, next: minute - 10, ..Default::default() };
        world
    }

    pub(super) fn promises(&self, minute: u64, count: usize) {
        self.promised.lock().unwrap().insert(minute, count);
    }

    pub(super) async fn sweeps_at(self: &Arc<Self>, minute: u64) -> Result<()> {
        *self.minute.lock().unwrap() = minute;
        *self.passed.lock().unwrap() = 0;
        let ambient = Ambient::new(Arc::new(Hands(Arc::clone(self))), Arc::new(Hands(Arc::clone(self))));
        let deps = Deps { outbox: self.clone(), log: self.clone(), board: self.clone(), queues: self.clone(), ambient };
        sweep(&deps).await
    }

    /// The minutes of the entries that were relayed since the last question.
    pub(super) fn relayed(&self) -> Vec<u64> {
        self.relayed_entries().iter().map(OutboxEntry::minute).collect()
    }

    pub(super) fn relayed_entries(&self) -> Vec<OutboxEntry> {
        std::mem::take(&mut self.relayed.lock().unwrap())
    }

    pub(super) fn open(&self) -> Vec<u64> {
        self.progress.lock().unwrap().open.clone()
    }

    pub(super) fn next(&self) -> u64 {
        self.progress.lock().unwrap().next
    }

    pub(super) fn overdue(&self) -> Vec<u64> {
        self.progress.lock().unwrap().overdue.iter().map(|overdue| overdue.minute).collect()
    }

    fn passes(&self, seconds: &Mutex<u64>) {
        *self.passed.lock().unwrap() += *seconds.lock().unwrap();
    }
}

struct Hands(Arc<World>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(*self.0.minute.lock().unwrap() * 60 + *self.0.passed.lock().unwrap())
    }
}

impl Rng for Hands {
    fn fill(&self, _bytes: &mut [u8]) {}
}

#[async_trait]
impl Outbox for World {
    async fn finish(&self, _entry: &OutboxEntry) -> Result<()> {
        Err(Error::internal("a sweep finishes nothing"))
    }

    async fn hand_over(&self, _: &OutboxEntry) -> Result<()> {
        Err(Error::internal("this function hands nothing over"))
    }

    async fn left_over(&self, minute: u64) -> Result<LeftOver> {
        self.passes(&self.reading);
        if self.broken.lock().unwrap().contains(&minute) {
            return Err(Error::unavailable("the table does not answer"));
        }
        let at = Timestamp::from_unix_seconds(minute * 60);
        let entry = |number: usize| OutboxEntry {
            id: OutboxId::from_parts(at, [u8::try_from(number).unwrap(); 10]),
            created_at: at,
            request_id: None,
            effect: Effect::mail(MailKind::Verify, UserId::from_parts(at, [1; 10])),
        };
        let count = self.promised.lock().unwrap().get(&minute).copied().unwrap_or_default();
        let unreadable = self.unreadable.lock().unwrap().iter().filter(|row| **row == minute).count();
        Ok(LeftOver { entries: (0..count).map(entry).collect(), unreadable })
    }
}

#[async_trait]
impl PresenceBoard for World {
    async fn presences_of(&self, _: &[UserId]) -> Result<Vec<Presence>> {
        Err(Error::internal("a sweep asks for nobody by name"))
    }

    async fn note_told(&self, _: &Presence) -> Result<bool> {
        Err(Error::internal("a sweep tells nobody"))
    }

    async fn count_online(&self) -> Result<u64> {
        Ok(0)
    }

    async fn lapsed(&self, limit: usize) -> Result<Vec<UserId>> {
        let people = (0..*self.lapsed.lock().unwrap()).map(|n| UserId::from_parts(Timestamp::default(), [n; 10]));
        Ok(people.take(limit).collect())
    }
}

#[async_trait]
impl Queues for World {
    /// Whoever waits for a queue lets others go on.
    async fn send(&self, lane: Lane, entries: &[OutboxEntry]) -> Result<()> {
        self.tried.lock().unwrap().push(lane);
        self.passes(&self.sending);
        tokio::task::yield_now().await;
        if *self.queue_is_down.lock().unwrap() {
            return Err(Error::unavailable("the queue is down"));
        }
        self.relayed.lock().unwrap().extend_from_slice(entries);
        Ok(())
    }
}

#[async_trait]
impl SweepLog for World {
    async fn read(&self) -> Result<SweepProgress> {
        Ok(self.progress.lock().unwrap().clone())
    }

    async fn replace(&self, after: &SweepProgress) -> Result<bool> {
        let mut progress = self.progress.lock().unwrap();
        if let Some(rival) = self.rival.lock().unwrap().take() {
            *progress = rival;
        }
        let follows = progress.version + 1 == after.version;
        if follows {
            *progress = after.clone();
        }
        Ok(follows)
    }
}
