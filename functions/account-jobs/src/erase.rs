//! Erasing somebody, step by step.

use std::sync::Arc;
use std::time::Duration;

use shared::domain::erasure::{Erasure, Step};
use shared::domain::id::UserId;
use shared::domain::outbox::Effect;
use shared::domain::time::Timestamp;
use shared::error::Result;
use shared::ports::erasures::{ErasureLedger, Erasures, Left};

use crate::{Deps, Places, Progress};

/// After so long, another invocation goes on: it is less than the function's time limit by the longest call.
const BUDGET: Duration = Duration::from_mins(3);
/// What is left of the pause when the queue hands the work out again, by another clock. A longer one is waited for there, where
/// it costs nothing and keeps nobody else from being served.
const NAP: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub struct Eraser {
    pub erasures: Arc<dyn Erasures>,
    pub ledger: Arc<dyn ErasureLedger>,
    pub places: Places,
}

/// Goes on with the erasure of somebody until it is done or the time is over. Where there is none, nobody asked for it.
pub(crate) async fn erase(deps: &Deps, user_id: UserId) -> Result<Progress> {
    let started = deps.ambient.now();
    loop {
        let Some(erasure) = deps.eraser.erasures.find(user_id).await? else {
            tracing::warn!(user.id = %user_id, "nobody asked for this erasure");
            return Ok(Progress::Done);
        };
        let Some(step) = erasure.step() else { return Ok(Progress::Done) };
        let progress = take(deps, &erasure, step, started).await?;
        if progress != Progress::Done {
            return Ok(progress);
        }
        // Whoever was faster has noted it already.
        deps.eraser.erasures.advance(&erasure.advanced(deps.ambient.now())).await?;
        tracing::info!(user.id = %user_id, erasure.step = ?step, erasure.done = erasure.done + 1, "erasure");
    }
}

async fn take(deps: &Deps, erasure: &Erasure, step: Step, started: Timestamp) -> Result<Progress> {
    if step == Step::Account && !may_forget_the_address(deps, erasure).await? {
        tracing::info!("the mail that says goodbye is not on its way yet");
        return Ok(Progress::Waiting);
    }
    let Some(place) = deps.eraser.places.of(step) else { return rest(deps, erasure, step).await };
    while place.erase(erasure.user_id).await? == Left::More {
        if deps.ambient.now().since(started) > BUDGET {
            return Ok(Progress::HandedOn(Effect::erase(erasure.user_id)));
        }
    }
    Ok(Progress::Done)
}

/// What takes nothing away.
async fn rest(deps: &Deps, erasure: &Erasure, step: Step) -> Result<Progress> {
    if step == Step::Ledger {
        deps.eraser.ledger.note(erasure).await?;
        return Ok(Progress::Done);
    }
    let left = erasure.settles_in(deps.ambient.now());
    if left > NAP {
        return Ok(Progress::HandedOn(Effect::erase_on(erasure.user_id)));
    }
    tokio::time::sleep(left).await;
    Ok(Progress::Done)
}

async fn may_forget_the_address(deps: &Deps, erasure: &Erasure) -> Result<bool> {
    Ok(erasure.is_past_farewell(deps.ambient.now()) || deps.eraser.erasures.is_farewell_said(erasure).await?)
}
