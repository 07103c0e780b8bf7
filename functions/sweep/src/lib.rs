//! `sweep`: re-drives what is left over in the outbox a minute or two after it was promised, and finds people whose sockets
//! have vanished.
//!
//! A promise stays in the outbox until somebody has kept it, so whatever went wrong on its way — a lost stream record,
//! a crash between commit and delivery — ends here. Consumers are idempotent; relaying once too often is harmless.

use std::sync::Arc;

use futures::try_join;
use shared::domain::outbox::{Effect, PushEffect};
use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::ports::outbox::{Outbox, Queues, SweepLog};
use shared::ports::registry::PresenceBoard;
use shared::telemetry::metrics::{self, Metric};

/// What is not kept after a day is broken, not late: it stays in the table as evidence and is no longer relayed.
const GIVE_UP_MINUTES: u64 = 24 * 60;
/// How many new minutes one run looks at, so that it ends in time after a long pause.
const MINUTES_PER_RUN: u64 = 120;

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

/// One run of both sweeps. What fails of the one does not keep the other from being done.
pub async fn sweep(deps: &Deps) -> Result<()> {
    let promises = sweep_promises(deps).await;
    promises.and(sweep_leases(deps).await)
}

/// Has everybody looked at whose last lease has lapsed, or who was never said to be gone. It is said again with every run
/// until it was told; telling it once too often is harmless.
async fn sweep_leases(deps: &Deps) -> Result<()> {
    let (people, count) = try_join!(deps.board.lapsed(PEOPLE_PER_RUN), deps.board.count_online())?;
    tracing::info!(presence.lapsed = people.len(), presence.online = count, "leases");
    metrics::record(&[Metric::PeopleOnline { count }], deps.ambient.now());
    let entry = |user_id| deps.ambient.promise(Effect::Push(PushEffect::PresenceChanged { user_id }));
    deps.queues.relay(&people.into_iter().map(entry).collect::<Vec<_>>()).await
}

/// The minutes that have been over for a minute since the last one, and those that still held something then.
///
/// The youngest minute is left to the next run: a promise is dated before its transaction commits. A queue that takes
/// nothing fails the run at its end; what was seen is kept in any case, unless another run kept the same.
async fn sweep_promises(deps: &Deps) -> Result<()> {
    let now = deps.ambient.now().unix_seconds() / 60;
    let oldest = now.saturating_sub(GIVE_UP_MINUTES);
    let before = deps.log.read().await?;
    let start = before.next.max(oldest);
    let end = now.saturating_sub(1).min(start + MINUTES_PER_RUN).max(start);
    // The minute in which the last run looked, as far as its progress tells.
    let looked = before.next + 1;
    let due = |minute: u64| is_due(looked.saturating_sub(minute), now - minute);
    let known = before.open.iter().copied().filter(|minute| *minute > oldest).map(|minute| (minute, due(minute)));
    let (mut open, mut redriven, mut relayed) = (Vec::new(), 0, Ok(()));
    for (minute, due) in known.chain((start..end).map(|minute| (minute, true))) {
        let left_over = deps.outbox.left_over(minute).await?;
        if left_over.entries.is_empty() && left_over.unreadable == 0 {
            continue;
        }
        open.push(minute);
        if due {
            redriven += left_over.entries.len();
            relayed = relayed.and(deps.queues.relay(&left_over.entries).await);
        }
    }
    tracing::info!(outbox.redriven = redriven, outbox.open_minutes = open.len(), "sweep");
    if !deps.log.replace(&before, end, open).await? {
        tracing::info!("another sweep was faster");
    }
    relayed
}

/// Ever more rarely: after 2, 4, 8, … minutes, because what failed twice is likely to need more time. A run that was left
/// out is made up for by the next one.
fn is_due(age_before: u64, age_now: u64) -> bool {
    age_now.checked_ilog2().is_some_and(|power| 1 << power > age_before)
}

#[cfg(test)]
mod tests;
