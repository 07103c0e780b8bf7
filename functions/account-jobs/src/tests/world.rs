//! A person of whom something is known everywhere, in memory, and death at any call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use shared::domain::erasure::{Erasure, Step};
use shared::domain::id::{Id, UserId};
use shared::domain::outbox::{Effect, MailKind, OutboxEntry};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::{Ambient, Clock, Rng};
use shared::ports::erasures::{Erasures, Left, Traces};
use shared::ports::outbox::{LeftOver, Outbox, Promises};
use tokio::time::Instant;

use crate::{Deps, Places};

const START: Timestamp = Timestamp::from_unix_seconds(1_795_253_400);
/// How much goes with one call.
const AT_ONCE: u32 = 2;

const PLACES: [Step; 10] = [
    Step::SignOut,
    Step::Projects,
    Step::Talks,
    Step::Pairs,
    Step::Photos,
    Step::Profile,
    Step::Marks,
    Step::Sockets,
    Step::Sessions,
    Step::Account,
];

/// Whether what a call does has happened when the process dies at it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Death {
    Before,
    After,
}

/// What there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) facts: BTreeMap<&'static str, u32>,
    pub(super) is_buried: bool,
    pub(super) promises: usize,
}

#[derive(Clone)]
pub(super) struct World(Arc<Mutex<Inner>>);

struct Inner {
    facts: BTreeMap<&'static str, u32>,
    late: Vec<(&'static str, Timestamp)>,
    late_came: bool,
    erasure: Option<Erasure>,
    promises: Vec<OutboxEntry>,
    is_farewell_said: bool,
    calls: usize,
    death: Option<(usize, Death)>,
    takes: Duration,
    began: Instant,
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::SignOut => "sign-out",
        Step::Projects => "projects",
        Step::Talks => "talks",
        Step::Pairs => "pairs",
        Step::Photos => "photos",
        Step::Profile => "profile",
        Step::Marks => "marks",
        Step::Settle => "settle",
        Step::Sockets => "sockets",
        Step::Sessions => "sessions",
        Step::Account => "account",
    }
}

impl State {
    pub(super) fn known(&self, step: Step) -> u32 {
        self.facts[name(step)]
    }
}

fn ada() -> UserId {
    UserId::from_parts(START, [1; 10])
}

impl World {
    pub(super) fn with_everything() -> Self {
        let inner = Inner {
            facts: PLACES.iter().map(|step| (name(*step), 3)).collect(),
            late: Vec::new(),
            late_came: false,
            erasure: None,
            promises: Vec::new(),
            is_farewell_said: true,
            calls: 0,
            death: None,
            takes: Duration::ZERO,
            began: Instant::now(),
        };
        let world = Self(Arc::new(Mutex::new(inner)));
        let ambient = world.ambient();
        let farewell = ambient.promise(Effect::mail(MailKind::AccountErased, ada()));
        let job = ambient.promise(Effect::erase(ada()));
        let mut inner = world.inner();
        inner.erasure = Some(Erasure::begun(ada(), farewell, START));
        inner.promises.push(job);
        drop(inner);
        world
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    fn ambient(&self) -> Ambient {
        Ambient::new(Arc::new(self.clone()), Arc::new(self.clone()))
    }

    pub(super) fn entry(&self) -> OutboxEntry {
        let promised = self.next_promise();
        promised.unwrap_or_else(|| self.ambient().promise(Effect::erase(ada())))
    }

    pub(super) fn next_promise(&self) -> Option<OutboxEntry> {
        self.inner().promises.first().cloned()
    }

    pub(super) fn state(&self) -> State {
        let inner = self.inner();
        let is_buried = inner.erasure.as_ref().is_some_and(|erasure| erasure.step().is_none());
        State { facts: inner.facts.clone(), is_buried, promises: inner.promises.len() }
    }

    pub(super) fn calls(&self) -> usize {
        self.inner().calls
    }

    pub(super) fn dies_at(&self, call: usize, death: Death) {
        self.inner().death = Some((call, death));
    }

    pub(super) fn knows(&self, step: Step, facts: u32) {
        self.inner().facts.insert(name(step), facts);
    }

    pub(super) fn takes(&self, time: Duration) {
        self.inner().takes = time;
    }

    /// A request that is under way writes something so much later.
    pub(super) fn hears_late_of(&self, step: Step, after: Duration) {
        self.inner().late.push((name(step), START + after));
    }

    pub(super) fn keeps_the_farewell_back(&self) {
        self.inner().is_farewell_said = false;
    }

    pub(super) fn says_farewell(&self) {
        self.inner().is_farewell_said = true;
    }

    pub(super) fn was_never_asked(&self) {
        self.inner().erasure = None;
    }

    /// Begins again after every death, as the queue and `sweep` do.
    pub(super) async fn works_until_done(&self, lives: usize) {
        for _ in 0..lives {
            let Some(entry) = self.next_promise() else { return };
            // Whoever dies says nothing.
            crate::work(&self.deps(), entry).await.ok();
        }
        panic!("not done after {lives} lives: {:?}", self.state());
    }

    pub(super) fn deps(&self) -> Deps {
        let place = |step| -> Arc<dyn Traces> { Arc::new(Place { world: self.clone(), step }) };
        let places = Places {
            sign_out: place(Step::SignOut),
            projects: place(Step::Projects),
            talks: place(Step::Talks),
            pairs: place(Step::Pairs),
            photos: place(Step::Photos),
            profile: place(Step::Profile),
            marks: place(Step::Marks),
            sockets: place(Step::Sockets),
            sessions: place(Step::Sessions),
            account: place(Step::Account),
        };
        let world = Arc::new(self.clone());
        Deps { erasures: world.clone(), places, outbox: world.clone(), promises: world, ambient: self.ambient() }
    }

    /// One call: it may be the last thing that a process does.
    fn call<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> Result<T> {
        let now = Clock::now(self);
        let mut inner = self.inner();
        let due: Vec<_> = inner.late.iter().filter(|(_, at)| *at <= now).map(|(place, _)| *place).collect();
        inner.late.retain(|(_, at)| *at > now);
        for place in due {
            inner.late_came = true;
            *inner.facts.get_mut(place).unwrap() += 1;
        }
        let number = inner.calls;
        inner.calls += 1;
        let killed = || Error::unavailable("killed");
        match inner.death {
            Some((call, Death::Before)) if call == number => Err(killed()),
            Some((call, Death::After)) if call == number => {
                act(&mut inner);
                Err(killed())
            }
            _ => Ok(act(&mut inner)),
        }
    }
}

struct Place {
    world: World,
    step: Step,
}

#[async_trait]
impl Traces for Place {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        assert_eq!(user_id, ada());
        let takes = self.world.inner().takes;
        tokio::time::sleep(takes).await;
        self.world.call(|inner| {
            let facts = inner.facts.get_mut(name(self.step)).unwrap();
            *facts = facts.saturating_sub(AT_ONCE);
            if *facts == 0 { Left::Nothing } else { Left::More }
        })
    }
}

#[async_trait]
impl Erasures for World {
    async fn begin(&self, _: &Erasure, _: &OutboxEntry) -> Result<bool> {
        unreachable!("the request has begun it")
    }

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
        static DRAWN: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        for chunk in bytes.chunks_mut(8) {
            let drawn = DRAWN.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            chunk.copy_from_slice(&drawn.to_be_bytes()[8 - chunk.len()..]);
        }
    }
}
