//! Runs of the sweep over an outbox in memory, with a clock in the test's hand.

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

use super::*;

/// Everything around a sweep. Minutes stand in the tests as plain numbers.
#[derive(Default)]
struct World {
    minute: Mutex<u64>,
    promised: Mutex<BTreeMap<u64, usize>>,
    unreadable: Mutex<Vec<u64>>,
    queue_is_down: Mutex<bool>,
    /// How many seconds a minute takes to be read, and some entries to be relayed.
    reading: Mutex<u64>,
    sending: Mutex<u64>,
    /// Seconds since the run began.
    passed: Mutex<u64>,
    /// Minutes that cannot be read.
    broken: Mutex<Vec<u64>>,
    relayed: Mutex<Vec<OutboxEntry>>,
    /// What was handed to a queue, whether or not it was taken.
    tried: Mutex<Vec<Lane>>,
    /// How many people have vanished.
    lapsed: Mutex<u8>,
    progress: Mutex<SweepProgress>,
    /// Another run that writes its progress while this one works.
    rival: Mutex<Option<SweepProgress>>,
}

impl World {
    fn at(minute: u64) -> Arc<Self> {
        let world = Arc::new(Self::default());
        *world.minute.lock().unwrap() = minute;
        *world.progress.lock().unwrap() = SweepProgress { version: 1, next: minute - 10, ..Default::default() };
        world
    }

    fn promises(&self, minute: u64, count: usize) {
        self.promised.lock().unwrap().insert(minute, count);
    }

    async fn sweeps_at(self: &Arc<Self>, minute: u64) -> Result<()> {
        *self.minute.lock().unwrap() = minute;
        *self.passed.lock().unwrap() = 0;
        let ambient = Ambient::new(Arc::new(Hands(Arc::clone(self))), Arc::new(Hands(Arc::clone(self))));
        let deps = Deps { outbox: self.clone(), log: self.clone(), board: self.clone(), queues: self.clone(), ambient };
        sweep(&deps).await
    }

    /// The minutes of the entries that were relayed since the last question.
    fn relayed(&self) -> Vec<u64> {
        self.relayed_entries().iter().map(OutboxEntry::minute).collect()
    }

    fn relayed_entries(&self) -> Vec<OutboxEntry> {
        std::mem::take(&mut self.relayed.lock().unwrap())
    }

    fn open(&self) -> Vec<u64> {
        self.progress.lock().unwrap().open.clone()
    }

    fn overdue(&self) -> Vec<u64> {
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

#[tokio::test]
async fn what_is_left_of_a_past_minute_is_relayed_and_kept_in_mind() {
    let world = World::at(1_000);
    world.promises(995, 2);
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!((world.relayed(), world.open()), (vec![995, 995], vec![995]));
}

#[tokio::test]
async fn the_youngest_minute_waits_for_transactions_that_are_still_under_way() {
    let world = World::at(1_000);
    world.promises(999, 1);
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!(world.relayed(), Vec::<u64>::new());
    world.sweeps_at(1_001).await.unwrap();
    assert_eq!(world.relayed(), [999]);
}

#[tokio::test]
async fn what_stays_left_over_is_relayed_ever_more_rarely_and_not_after_a_day() {
    let world = World::at(1_000);
    world.promises(1_000, 1);
    let mut ages = Vec::new();
    for minute in 1_001..1_000 + 2 * GIVE_UP_MINUTES {
        world.sweeps_at(minute).await.unwrap();
        ages.extend(world.relayed().iter().map(|promised| minute - promised));
    }
    assert_eq!(ages, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);
    assert_eq!(world.open(), Vec::<u64>::new(), "a broken promise must not be looked at for ever");
}

#[tokio::test]
async fn a_run_that_was_left_out_is_made_up_for() {
    let world = World::at(1_000);
    world.promises(1_000, 1);
    for minute in [1_002, 1_003, 1_009, 1_010, 1_017] {
        world.sweeps_at(minute).await.unwrap();
    }
    assert_eq!(world.relayed(), [1_000; 3], "after 2, instead of 4 and 8 after 9, instead of 16 after 17 minutes");
}

#[tokio::test]
async fn a_kept_promise_is_forgotten() {
    let world = World::at(1_000);
    world.promises(995, 1);
    world.sweeps_at(1_000).await.unwrap();
    world.promises(995, 0);
    world.sweeps_at(1_001).await.unwrap();
    assert_eq!(world.open(), Vec::<u64>::new());
}

#[tokio::test]
async fn a_queue_that_is_down_fails_the_run_and_loses_nothing() {
    let world = World::at(1_000);
    world.promises(996, 1);
    *world.queue_is_down.lock().unwrap() = true;
    world.sweeps_at(1_000).await.unwrap_err();
    *world.queue_is_down.lock().unwrap() = false;
    world.sweeps_at(1_004).await.unwrap();
    assert_eq!(world.relayed(), [996], "after eight minutes it is due again");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_stays_in_sight_and_stops_nobody() {
    let world = World::at(1_000);
    world.unreadable.lock().unwrap().push(995);
    world.promises(996, 1);
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!((world.relayed(), world.open()), (vec![996], vec![995, 996]));
}

#[tokio::test]
async fn after_a_long_pause_each_run_takes_a_bounded_step() {
    let world = World::at(1_000);
    world.sweeps_at(1_600).await.unwrap();
    assert_eq!(world.progress.lock().unwrap().next, 990 + MINUTES_PER_RUN);
}

#[tokio::test]
async fn of_two_runs_at_once_the_second_does_not_undo_what_the_first_saw() {
    let world = World::at(1_000);
    let seen = SweepProgress { version: 2, next: 999, open: vec![998], overdue: Vec::new() };
    *world.rival.lock().unwrap() = Some(seen.clone());
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!(*world.progress.lock().unwrap(), seen);
}

#[tokio::test]
async fn whoever_has_vanished_is_looked_at_with_every_run() {
    let world = World::at(100);
    *world.lapsed.lock().unwrap() = 3;
    world.sweeps_at(100).await.unwrap();
    assert_eq!(world.relayed().len(), 3);
    world.sweeps_at(101).await.unwrap();
    assert_eq!(world.relayed().len(), 3, "until the registry no longer finds them");
}

/// Three minutes are read in 25 seconds, the others with the next runs.
#[tokio::test]
async fn what_a_run_has_no_time_for_comes_first_with_the_next_one() {
    let world = World::at(1_000);
    (991..=998).for_each(|minute| world.promises(minute, 1));
    *world.reading.lock().unwrap() = 8;
    world.sweeps_at(1_000).await.unwrap();
    assert_eq!((world.relayed(), world.open()), (vec![991, 992], vec![991, 992]));
    assert_eq!((world.progress.lock().unwrap().next, world.overdue()), (999, (993..=998).collect()));
    world.sweeps_at(1_001).await.unwrap();
    assert_eq!((world.relayed(), world.overdue()), (vec![993, 994, 995], vec![996, 997, 998, 999]));
    world.sweeps_at(1_002).await.unwrap();
    assert_eq!(world.relayed(), [996, 997, 998]);
    assert_eq!(world.open(), (991..=998).collect::<Vec<_>>(), "nothing that was not looked at is forgotten");
}

#[tokio::test]
async fn a_minute_that_is_too_much_for_one_run_is_gone_on_with_where_it_ended() {
    let world = World::at(1_000);
    world.promises(995, 100);
    world.promises(996, 1);
    *world.sending.lock().unwrap() = 10;
    world.sweeps_at(1_000).await.unwrap();
    let some = world.relayed_entries();
    assert_eq!((some.len(), world.overdue()), (3 * TOGETHER, vec![995, 996, 997, 998]));
    world.sweeps_at(1_001).await.unwrap();
    let rest = world.relayed_entries();
    assert_eq!((rest.len(), world.overdue()), (2 * TOGETHER + 1, vec![997, 998, 999]));
    assert!(rest.iter().all(|entry| !some.contains(entry)), "none has its turn twice while others wait");
    assert_eq!(world.open(), [995, 996]);
}

#[tokio::test]
async fn a_queue_that_does_not_answer_keeps_neither_sweep_from_being_done() {
    let world = World::at(1_000);
    world.promises(995, 100);
    *world.lapsed.lock().unwrap() = 100;
    *world.queue_is_down.lock().unwrap() = true;
    *world.sending.lock().unwrap() = 4;
    world.sweeps_at(1_000).await.unwrap_err();
    let tried = world.tried.lock().unwrap().clone();
    assert!(tried.contains(&Lane::Mail) && tried.contains(&Lane::Push), "{tried:?}");
    assert!(*world.passed.lock().unwrap() < 50, "it ends before it is ended");
    assert_eq!((world.progress.lock().unwrap().next, world.overdue()), (999, vec![995, 996, 997, 998]));
}

#[tokio::test]
async fn a_minute_that_cannot_be_read_fails_the_run_and_keeps_no_other_waiting() {
    let world = World::at(1_000);
    world.promises(995, 1);
    world.promises(996, 1);
    world.broken.lock().unwrap().push(995);
    world.sweeps_at(1_000).await.unwrap_err();
    assert_eq!((world.relayed(), world.overdue()), (vec![996], vec![995]));
    world.broken.lock().unwrap().clear();
    world.sweeps_at(1_001).await.unwrap();
    assert_eq!((world.relayed(), world.overdue()), (vec![995], Vec::new()));
}
