//! `sweep`: re-drives what is left over in the outbox a minute after it was promised.
//!
//! A promise stays in the outbox until somebody has kept it, so whatever went wrong on its way — a lost stream record,
//! a crash between commit and delivery — ends here. Consumers are idempotent; relaying once too often is harmless.

use std::sync::Arc;

use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::ports::outbox::{Outbox, Queues, SweepLog, SweepProgress};

/// What is not kept after a day is broken, not late: it stays in the table as evidence and is no longer relayed.
const GIVE_UP_MINUTES: u64 = 24 * 60;
/// How many new minutes one run looks at, so that it ends in time after a long pause.
const MINUTES_PER_RUN: u64 = 120;

#[derive(Clone)]
pub struct Deps {
    pub outbox: Arc<dyn Outbox>,
    pub log: Arc<dyn SweepLog>,
    pub queues: Arc<dyn Queues>,
    pub ambient: Ambient,
}

/// One run: the minutes that are over since the last one, and those that still held something then. A failure leaves
/// the progress where it was.
pub async fn sweep(deps: &Deps) -> Result<()> {
    let now = deps.ambient.now().unix_seconds() / 60;
    let oldest = now.saturating_sub(GIVE_UP_MINUTES);
    let progress = deps.log.read().await?.unwrap_or_default();
    let start = progress.next.max(oldest);
    let end = now.min(start + MINUTES_PER_RUN);
    let (mut open, mut redriven) = (Vec::new(), 0);
    for minute in progress.open.into_iter().filter(|minute| *minute > oldest).chain(start..end) {
        let left_over = deps.outbox.left_over(minute).await?;
        if left_over.is_empty() {
            continue;
        }
        open.push(minute);
        if is_due(now - minute) {
            deps.queues.relay(&left_over).await?;
            redriven += left_over.len();
        }
    }
    tracing::info!(outbox.redriven = redriven, outbox.open_minutes = open.len(), "sweep");
    deps.log.write(&SweepProgress { next: end, open }).await
}

/// Ever more rarely: after 1, 2, 4, 8, … minutes, because what failed twice is likely to need more time. A minute that
/// was found late is relayed at once if its age happens to fit, and within as long again otherwise.
fn is_due(age_minutes: u64) -> bool {
    age_minutes.is_power_of_two()
}
