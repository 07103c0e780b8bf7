//! `index-build`: builds the stored segments of the candidate index from the profiles, field by field.
//!
//! A run looks at every field and builds those anew in which enough has changed (`shared/src/domain/retrieval/upkeep.rs`):
//! all their people, not only those who changed, because a whole field is read in seconds and cannot drift. Searches read
//! what is newer from the directory, so nothing depends on when a run happens.
//!
//! A run that is cut short leaves a sound state: the segments of a field that are not written yet are older, and whoever
//! reads the field goes back to the oldest of them. New regions are written first, so that nobody who has moved is in
//! none. Writes are conditional on what the run has seen: of two runs at once one gives way.

mod field;

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde::Deserialize;
use shared::domain::profile::Field;
use shared::domain::retrieval::{Head, LAG, enough_edits, is_due};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::candidates::{Directory, Segments, StoredSegment};
use shared::ports::profiles::Profiles;
use shared::telemetry;

/// A run begins no other field after this time; the template ends it a little later.
const TIME: Duration = Duration::from_mins(3);

#[derive(Clone)]
pub struct Deps {
    pub directory: Arc<dyn Directory>,
    pub profiles: Arc<dyn Profiles>,
    pub segments: Arc<dyn Segments>,
    pub ambient: Ambient,
}

/// What a run is told. The schedule says nothing; an operator who wants everything built anew says `{"all":true}`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    #[serde(default)]
    all: bool,
}

/// A field, what is stored of it, and what the segments say that can be read.
struct State {
    field: Field,
    stored: Vec<StoredSegment>,
    heads: Vec<Head>,
}

impl State {
    fn oldest(&self) -> Timestamp {
        self.heads.iter().map(|head| head.built_at).min().unwrap_or_default()
    }
}

/// One run. A field that fails fails the run at its end, and no other field.
pub async fn build(deps: &Deps, order: Order) -> Result<()> {
    let started = deps.ambient.now();
    let stored = deps.segments.list().await?;
    let states = join_all(Field::ALL.iter().map(|field| due(deps, *field, &stored, order))).await;
    let mut outcome = Ok(());
    let mut states: Vec<State> =
        states.into_iter().filter_map(|state| state.unwrap_or_else(|error| note(&mut outcome, error))).collect();
    states.sort_by_key(State::oldest);
    let (due, mut built, mut left) = (states.len(), 0, 0);
    for state in states {
        if deps.ambient.now().since(started) >= TIME {
            left += 1;
            continue;
        }
        match field::build(deps, state.field, &state.stored).await {
            Ok(people) => built += people,
            Err(error) => drop(note::<()>(&mut outcome, error)),
        }
    }
    tracing::info!(index.due = due, index.left = left, index.people = built, "index-build");
    if left > 0 {
        tracing::warn!(index.left = left, "there was no time for all fields: the next run goes on with the oldest");
    }
    outcome
}

/// Tells of a failure at once, and keeps the last one for the end of the run.
fn note<T>(outcome: &mut Result<()>, error: Error) -> Option<T> {
    telemetry::report(&error);
    *outcome = Err(error);
    None
}

/// A field's state, if it is to be built anew.
async fn due(deps: &Deps, field: Field, stored: &[StoredSegment], order: Order) -> Result<Option<State>> {
    let stored: Vec<StoredSegment> = stored.iter().filter(|one| one.shard.field == field).cloned().collect();
    let (mut heads, mut broken) = (Vec::new(), false);
    for one in &stored {
        let Some(start) = deps.segments.read_start(one.shard).await? else { continue };
        match Head::read(&start, one.bytes) {
            Ok(head) => heads.push(head),
            Err(error) => {
                broken = true;
                tracing::warn!(index.segment = one.shard.path(), reason = %error, "a segment cannot be read and is built anew");
            }
        }
    }
    let state = State { field, stored, heads };
    if order.all || broken {
        return Ok(Some(state));
    }
    let edits = deps.directory.since(field, state.oldest() - LAG, enough_edits(&state.heads)).await?.len();
    Ok(is_due(&state.heads, edits, deps.ambient.now()).then_some(state))
}

#[cfg(test)]
mod tests;
