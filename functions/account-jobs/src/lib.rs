//! `account-jobs`: work on all that is known of one person.
//!
//! The request that asks for it changes the account and promises the work in one stroke; what is here carries it out step by
//! step. Every step is noted when it is done, so that whoever comes next, in another process or a second time at once, goes on
//! from there, and every step may be done again.

mod erase;
mod export;
mod places;
mod projects;
mod sign_out;

use std::sync::Arc;

use shared::domain::outbox::{AccountEffect, Effect, OutboxEntry};
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::outbox::{Outbox, Promises};

pub use erase::Eraser;
pub use export::Exporter;
pub use places::Places;
pub use projects::ProjectTraces;
pub use sign_out::SignOut;

#[derive(Clone)]
pub struct Deps {
    pub eraser: Eraser,
    pub exporter: Exporter,
    pub outbox: Arc<dyn Outbox>,
    pub promises: Arc<dyn Promises>,
    pub ambient: Ambient,
}

/// How far one invocation has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Progress {
    Done,
    /// Another one goes on, which is promised so.
    HandedOn(Effect),
    /// Something else has to happen first. The promise stays, and `sweep` relays it again in a while.
    Waiting,
}

/// Does the work of one entry, or a part of it. A failure leaves the entry to be tried again.
pub async fn work(deps: &Deps, entry: OutboxEntry) -> Result<()> {
    let Effect::Account(effect) = &entry.effect else {
        return Err(Error::internal("this effect is no work on an account"));
    };
    let progress = match effect {
        AccountEffect::Erase { user_id } | AccountEffect::EraseOn { user_id } => erase::erase(deps, *user_id).await?,
        AccountEffect::Export { user_id, export_id } => export::export(deps, *user_id, *export_id).await?,
    };
    match progress {
        Progress::Done => deps.outbox.finish(&entry).await,
        // A promise too many does no harm, and one that is missing would.
        Progress::HandedOn(effect) => {
            deps.promises.promise(&deps.ambient.promise(effect)).await?;
            deps.outbox.finish(&entry).await
        }
        Progress::Waiting => Ok(()),
    }
}

#[cfg(test)]
mod tests;
