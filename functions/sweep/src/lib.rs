//! `sweep`: re-drives what is left over in the outbox a minute or two after it was promised, and finds people whose sockets
//! have vanished.
//!
//! A promise stays in the outbox until somebody has kept it, so whatever went wrong on its way — a lost stream record,
//! a crash between commit and delivery — ends here. Consumers are idempotent; relaying once too often is harmless.

use std::sync::Arc;
use std::time::Duration;

use futures::{join, try_join};
use shared::domain::id::OutboxId;
use shared::domain::outbox::{Effect, OutboxEntry, PushEffect, RELAYED_FOR};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::outbox::{Outbox, Overdue, Queues, SweepLog, SweepProgress};
use shared::ports::registry::PresenceBoard;
use shared::telemetry::metrics::{self, Metric};

/// Minutes after which a promise is no longer looked for.
const GIVE_UP_MINUTES: u64 = RELAYED_FOR.as_secs() / 60;
/// How many new minutes one run looks at, after a long pause.
const MINUTES_PER_RUN: u64 = 120;
/// A run begins nothing after this time. What it has begun by then may wait for a few calls of four seconds each, and its
/// progress must be stored before the template ends it.
const TIME: Duration = Duration::from_secs(25);
/// How many entries are relayed between two looks at the clock: at most five calls.
const TOGETHER: usize = 20;

/// How many people one run finds whose sockets have vanished.
const PEOPLE_PER_RUN: usize = 1_000;

#[derive(Clone)]
pub struct Deps {
    pub outbox: Arc<dyn Outbox>,
    pub log: Arc<dyn SweepLog>,
    pub board: Arc<dyn PresenceBoard>,
    pub queues: Arc<dyn Queues>,
    pub ambient: Ambient,
}

/// One run of both sweeps, side by side: neither waits for the other, and what fails of the one does not keep the other from
/// being done.
pub async fn sweep(deps: &Deps) -> Result<()> {
    let until = deps.ambient.now() + TIME;
    let (promises, leases) = join!(sweep_promises(deps, until), sweep_leases(deps, until));
    promises.and(leases)
}

/// Has everybody looked at whose last lease has lapsed, or who was never said to be gone. It is said again with every run
/// until it was told; telling it once too often is harmless, and whoever is not reached in time is found again.
async fn sweep_leases(deps: &Deps, until: Timestamp) -> Result<()> {
    let (people, count) = try_join!(deps.board.lapsed(PEOPLE_PER_RUN), deps.board.count_online())?;
    tracing::info!(presence.lapsed = people.len(), presence.online = count, "leases");
    metrics::record(&[Metric::PeopleOnline { count }], deps.ambient.now());
    let entry = |user_id| deps.ambient.promise(Effect::Push(PushEffect::PresenceChanged { user_id }));
    let entries: Vec<OutboxEntry> = people.into_iter().map(entry).collect();
    relay(deps, &entries, until).await.1
}

/// Relays entries until the time is over; answers how many have had their turn, and how it went.
async fn relay(deps: &Deps, entries: &[OutboxEntry], until: Timestamp) -> (usize, Result<()>) {
    let (mut count, mut outcome) = (0, Ok(()));
    for some in entries.chunks(TOGETHER) {
        if deps.ambient.now() >= until {
            break;
        }
        outcome = outcome.and(deps.queues.relay(some).await);
        count += some.len();
    }
    (count, outcome)
}

/// A minute, and whether what is left over in it is to be relayed now.
struct Turn {
    minute: u64,
    is_due: bool,
    /// The entry after which it goes on.
    after: Option<OutboxId>,
}

/// What a run has seen, and what it has come to.
struct Run {
    open: Vec<u64>,
    overdue: Vec<Overdue>,
    redriven: usize,
    outcome: Result<()>,
}

/// What the last run had no time for, the minutes that have been over for a minute since, and those that still held
/// something then.
///
/// A queue that takes nothing fails the run at its end; what was seen is kept in any case, unless another run kept the same.
async fn sweep_promises(deps: &Deps, until: Timestamp) -> Result<()> {
    let before = deps.log.read().await?;
    let (turns, next) = turns(&before, deps.ambient.now().unix_seconds() / 60);
    let mut run = Run { open: Vec::new(), overdue: Vec::new(), redriven: 0, outcome: Ok(()) };
    for turn in turns {
        if deps.ambient.now() >= until {
            run.misses(turn);
        } else {
            run.takes(deps, turn, until).await;
        }
    }
    let Run { mut open, overdue, redriven, outcome } = run;
    open.sort_unstable();
    tracing::info!(
        outbox.redriven = redriven,
        outbox.open_minutes = open.len(),
        outbox.overdue_minutes = overdue.len(),
        "sweep"
    );
    if !deps.log.replace(&SweepProgress { version: before.version + 1, next, open, overdue }).await? {
        tracing::info!("another sweep was faster");
    }
    outcome
}

/// The minutes in the order in which they are looked at, and the first one that is left to the next run.
///
/// The youngest minute is never among them: a promise is dated before its transaction commits.
fn turns(before: &SweepProgress, now: u64) -> (Vec<Turn>, u64) {
    let oldest = now.saturating_sub(GIVE_UP_MINUTES);
    let start = before.next.max(oldest);
    let next = now.saturating_sub(1).min(start + MINUTES_PER_RUN).max(start);
    // The minute in which the last run looked, as far as its progress tells.
    let looked = before.next + 1;
    let overdue = before.overdue.iter().map(|&Overdue { minute, after }| Turn { minute, is_due: true, after });
    let open = before.open.iter().map(|&minute| {
        let is_due = is_due(looked.saturating_sub(minute), now.saturating_sub(minute));
        Turn { minute, is_due, after: None }
    });
    let known = overdue.chain(open).filter(|turn| turn.minute > oldest);
    let new = (start..next).map(|minute| Turn { minute, is_due: true, after: None });
    let mut turns: Vec<Turn> = known.chain(new).collect();
    turns.sort_by_key(|turn| !turn.is_due);
    (turns, next)
}

impl Run {
    /// Relays what is left over of a minute that is due, and keeps in mind whether something is.
    async fn takes(&mut self, deps: &Deps, turn: Turn, until: Timestamp) {
        let mut left_over = match deps.outbox.left_over(turn.minute).await {
            Ok(left_over) => left_over,
            Err(error) => return self.fails(turn, error),
        };
        if left_over.entries.is_empty() && left_over.unreadable == 0 {
            return;
        }
        if !turn.is_due {
            return self.open.push(turn.minute);
        }
        left_over.entries.retain(|entry| turn.after.is_none_or(|after| entry.id > after));
        left_over.entries.sort_by_key(|entry| entry.id);
        let (count, outcome) = relay(deps, &left_over.entries, until).await;
        self.redriven += count;
        self.notes(outcome);
        if count == left_over.entries.len() {
            self.open.push(turn.minute);
        } else {
            let after = left_over.entries[..count].last().map_or(turn.after, |entry| Some(entry.id));
            self.misses(Turn { after, ..turn });
        }
    }

    fn fails(&mut self, turn: Turn, error: Error) {
        self.misses(turn);
        self.notes(Err(error));
    }

    fn misses(&mut self, Turn { minute, is_due, after }: Turn) {
        if is_due { self.overdue.push(Overdue { minute, after }) } else { self.open.push(minute) }
    }

    /// The first failure is the one that the run ends with.
    fn notes(&mut self, outcome: Result<()>) {
        if self.outcome.is_ok() {
            self.outcome = outcome;
        }
    }
}

/// Ever more rarely: after 2, 4, 8, … minutes, because what failed twice is likely to need more time. A run that was left
/// out is made up for by the next one.
fn is_due(age_before: u64, age_now: u64) -> bool {
    age_now.checked_ilog2().is_some_and(|power| 1 << power > age_before)
}

#[cfg(test)]
mod tests;
