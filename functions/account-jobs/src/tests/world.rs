//! A person of whom something is known everywhere, in memory, and death at any call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use shared::domain::erasure::{Erasure, Step};
use shared::domain::id::{Id, UserId};
use shared::domain::outbox::{Effect, MailKind, OutboxEntry};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::{Ambient, Clock};
use shared::ports::erasures::Traces;
use tokio::time::Instant;

use super::exports::Shelf;
use super::ports::Place;
use crate::{Deps, Eraser, Places};

pub(super) const START: Timestamp = Timestamp::from_unix_seconds(1_795_253_400);
/// How much goes with one call.
pub(super) const AT_ONCE: u32 = 2;

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
    pub(super) is_noted: bool,
    pub(super) is_buried: bool,
    pub(super) promises: usize,
}

#[derive(Clone)]
pub(super) struct World(Arc<Mutex<Inner>>);

#[expect(clippy::struct_excessive_bools, reason = "each is something that has happened or not")]
pub(super) struct Inner {
    pub(super) facts: BTreeMap<&'static str, u32>,
    late: Vec<(&'static str, Timestamp)>,
    pub(super) late_came: bool,
    pub(super) is_noted: bool,
    pub(super) erasure: Option<Erasure>,
    pub(super) promises: Vec<OutboxEntry>,
    pub(super) is_farewell_said: bool,
    calls: usize,
    death: Option<(usize, Death)>,
    pub(super) takes: Duration,
    pub(super) began: Instant,
    pub(super) shelf: Shelf,
    pub(super) erased_at_close: bool,
}

pub(super) const fn name(step: Step) -> &'static str {
    match step {
        Step::Ledger => "ledger",
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

pub(super) fn ada() -> UserId {
    UserId::from_parts(START, [1; 10])
}

impl World {
    pub(super) fn with_everything() -> Self {
        let inner = Inner {
            facts: PLACES.iter().map(|step| (name(*step), 3)).collect(),
            late: Vec::new(),
            late_came: false,
            is_noted: false,
            erasure: None,
            promises: Vec::new(),
            is_farewell_said: true,
            calls: 0,
            death: None,
            takes: Duration::ZERO,
            shelf: Shelf::default(),
            erased_at_close: false,
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

    pub(super) fn inner(&self) -> MutexGuard<'_, Inner> {
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
        State { facts: inner.facts.clone(), is_noted: inner.is_noted, is_buried, promises: inner.promises.len() }
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

    /// What was to come by now has come.
    pub(super) fn hears(&self) {
        self.call(|_| ()).unwrap();
    }

    pub(super) fn keeps_the_farewell_back(&self) {
        self.inner().is_farewell_said = false;
    }

    pub(super) fn says_farewell(&self) {
        self.inner().is_farewell_said = true;
    }

    pub(super) fn is_erased_before_the_end_of_the_archive(&self) {
        self.inner().erased_at_close = true;
    }

    pub(super) fn was_never_asked(&self) {
        self.inner().erasure = None;
    }

    /// Begins again after every death, as the queue and `sweep` do.
    pub(super) async fn works_until_done(&self, lives: usize) {
        for _ in 0..lives {
            if self.next_promise().is_none() {
                return;
            }
            // Whoever dies says nothing.
            self.works().await.ok();
        }
        panic!("not done after {lives} lives: {:?}", self.state());
    }

    /// One invocation, when the queue hands out what is promised.
    pub(super) async fn works(&self) -> Result<()> {
        let entry = self.entry();
        tokio::time::sleep(entry.effect.delay()).await;
        crate::work(&self.deps(), entry).await
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
        let eraser = Eraser { erasures: world.clone(), ledger: world.clone(), places };
        let (exporter, ambient) = (self.exporter(), self.ambient());
        Deps { eraser, exporter, outbox: world.clone(), promises: world, ambient }
    }

    /// One call: it may be the last thing that a process does.
    pub(super) fn call<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> Result<T> {
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
