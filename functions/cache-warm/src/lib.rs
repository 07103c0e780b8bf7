//! `cache-warm`: makes the lists of people ahead who are active, and of those for whom an admin wished it.
//!
//! A list that is in the cache costs a look; one that is not, because it has ended, was cleared or rests on what has changed
//! since, is made as `matching` makes it, under the same key. Nothing depends on it: whoever comes first makes what is missing.
//!
//! A run is bounded in people, in time, and in how many are at work at once. What it leaves out waits for the next run, or
//! for its owner.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use shared::domain::id::UserId;
use shared::domain::listing::Wanted;
use shared::error::{Code, Error, Result};
use shared::models::Lens;
use shared::ports::activity::Activity;
use shared::ports::ambient::Ambient;
use shared::suggestions::{People, Ranker};
use shared::telemetry;

/// The most lists of one run. One that is made costs about 900 read units.
pub const MOST: usize = 100;
/// A run begins no other list after this time; the template ends it a good deal later.
const TIME: Duration = Duration::from_secs(80);
/// How many lists are made at the same time: a run must not be felt by those who are there.
const AT_ONCE: usize = 4;
/// How many hours of the clock are looked at, the present one included: at least two hours back.
const HOURS: u64 = 3;
/// Of how many people of an hour some are chosen. Further ones are not known to a run.
const KNOWN: usize = 2_000;

#[derive(Clone)]
pub struct Deps {
    pub activity: Arc<dyn Activity>,
    pub people: People,
    pub lens: Lens,
    /// Nothing where there is no cache to put lists into.
    pub ranker: Option<Ranker>,
    pub ambient: Ambient,
}

/// What became of somebody's list.
enum Outcome {
    Ready,
    /// There is no such list: they have no profile, or none any more.
    Nobody,
    Failed(Error),
    /// There was no time for it.
    Left,
}

/// One run. A list that fails fails the run at its end, and no other list.
pub async fn warm(deps: &Deps) -> Result<()> {
    let Some(ranker) = &deps.ranker else {
        tracing::info!("there is no cache to warm");
        return Ok(());
    };
    let started = deps.ambient.now();
    let chosen = chosen(deps).await?;
    let lists = stream::iter(chosen.iter().map(|user_id| async move {
        if deps.ambient.now().since(started) >= TIME {
            return Outcome::Left;
        }
        make(deps, ranker, *user_id).await
    }));
    let outcomes: Vec<Outcome> = lists.buffer_unordered(AT_ONCE).collect().await;
    let count = |is_it: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is_it(outcome)).count();
    let (ready, left) = (count(|it| matches!(it, Outcome::Ready)), count(|it| matches!(it, Outcome::Left)));
    let failed = count(|it| matches!(it, Outcome::Failed(_)));
    tracing::info!(
        lists.chosen = chosen.len(),
        lists.ready = ready,
        lists.failed = failed,
        lists.left = left,
        "cache-warm"
    );
    let failures = outcomes.into_iter().filter_map(|outcome| match outcome {
        Outcome::Failed(error) => Some(error),
        Outcome::Ready | Outcome::Nobody | Outcome::Left => None,
    });
    // The last one is reported by whoever hears that the run has failed.
    let mut failures = failures.collect::<Vec<_>>();
    let last = failures.pop();
    failures.iter().for_each(telemetry::report);
    last.map_or(Ok(()), Err)
}

/// Whose lists are to be made: those who were wished for first, then the newest hour first, and by chance among those of
/// one hour, so that of more people than a run has time for each has a turn.
async fn chosen(deps: &Deps) -> Result<Vec<UserId>> {
    let now = deps.ambient.now();
    let mut chosen = deps.activity.wished(MOST).await?;
    for hour in 0..HOURS {
        if chosen.len() >= MOST {
            break;
        }
        let mut visitors = deps.activity.visitors(now - Duration::from_hours(hour), KNOWN).await?;
        shuffle(&mut visitors, &deps.ambient);
        for visitor in visitors {
            if !chosen.contains(&visitor) {
                chosen.push(visitor);
            }
        }
    }
    chosen.truncate(MOST);
    Ok(chosen)
}

fn shuffle(people: &mut [UserId], ambient: &Ambient) {
    for place in (1..people.len()).rev() {
        let bound = u32::try_from(place + 1).unwrap_or(u32::MAX);
        people.swap(place, ambient.below(bound) as usize);
    }
}

/// Makes a list as its owner would, without parameters, unless it is there.
async fn make(deps: &Deps, ranker: &Ranker, user_id: UserId) -> Outcome {
    let made = async {
        let (me, sight) = futures::try_join!(deps.people.oneself(user_id), deps.lens.of(user_id))?;
        ranker.ranking(&me, &Wanted::default(), &sight).await
    };
    match made.await {
        Ok(_) => Outcome::Ready,
        Err(error) if error.code() == Code::ProfileMissing => Outcome::Nobody,
        Err(error) => Outcome::Failed(error),
    }
}

#[cfg(test)]
mod tests;
