//! `digest`: tells people by mail how much they have missed, when they wish to hear of it.
//!
//! Nothing is written when a message is sent or somebody is liked: who is due stands in the settings, and what is new is
//! counted when the time has come. A digest is promised in the transaction that moves the due time on, so that of two runs
//! at once one writes, and a run that is cut short has neither lost nor doubled anything.

mod news;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream, try_join};
use shared::domain::digest::NewsWindow;
use shared::domain::id::UserId;
use shared::domain::outbox::Effect;
use shared::error::{Error, Result};
use shared::ports::ambient::Ambient;
use shared::ports::digests::{DigestMail, DigestState, Digests};
use shared::ports::profiles::Profiles;
use shared::ports::registry::Registry;
use shared::telemetry;

pub use news::News;

/// How many people a run looks at. Those who are due the longest come first, and the rest waits for the next run.
pub const MOST: usize = 4_000;
/// For how long the mails that a run promises are under way. They share a queue with codes that people wait for, which are good
/// for ten minutes.
const UNDER_WAY: Duration = Duration::from_secs(50);
/// A run begins nothing after this time; the template ends it a little later.
const TIME: Duration = Duration::from_secs(200);
/// How many people are read at once.
const TOGETHER: usize = 25;
/// About how many of them is asked at the same time: a run must not be felt by those who are there.
const AT_ONCE: usize = 8;

/// How many mails a run promises.
#[derive(Clone, Copy, Debug)]
pub struct Allowance(usize);

impl Allowance {
    /// What SES takes while nobody waits for too long.
    pub fn at_rate(per_second: u32) -> Self {
        Self(usize::try_from(UNDER_WAY.as_secs() * u64::from(per_second)).unwrap_or(usize::MAX))
    }
}

#[derive(Clone)]
pub struct Deps {
    pub digests: Arc<dyn Digests>,
    pub profiles: Arc<dyn Profiles>,
    pub registry: Arc<dyn Registry>,
    pub news: News,
    pub ambient: Ambient,
}

/// What became of somebody who was due.
enum Outcome {
    Promised,
    /// Nothing was to be told, or not now.
    Moved,
    /// Somebody else was faster, or the index lagged behind.
    Overtaken,
    Failed(Error),
}

#[derive(Default)]
struct Tally {
    promised: usize,
    moved: usize,
    overtaken: usize,
    failed: usize,
    /// Reported by whoever hears that the run has failed; the others are reported here.
    last: Option<Error>,
}

/// One run. Somebody who fails stays due, fails the run at its end, and keeps nobody else waiting.
pub async fn run(deps: &Deps, allowance: Allowance) -> Result<()> {
    let started = deps.ambient.now();
    let due = deps.digests.due(started, MOST).await?;
    let (mut tally, mut left) = (Tally::default(), due.as_slice());
    while !left.is_empty() && tally.promised < allowance.0 && deps.ambient.now().since(started) < TIME {
        let (some, others) = left.split_at(left.len().min(TOGETHER).min(allowance.0 - tally.promised));
        left = others;
        match attend_to(deps, some).await {
            Ok(outcomes) => outcomes.into_iter().for_each(|outcome| tally.count(outcome)),
            Err(error) => tally.count(Outcome::Failed(error)),
        }
    }
    tracing::info!(
        digest.due = due.len(),
        digest.promised = tally.promised,
        digest.moved = tally.moved,
        digest.overtaken = tally.overtaken,
        digest.failed = tally.failed,
        digest.left = left.len(),
        "digest"
    );
    tally.last.map_or(Ok(()), Err)
}

async fn attend_to(deps: &Deps, user_ids: &[UserId]) -> Result<Vec<Outcome>> {
    let (states, people, sockets) = try_join!(
        deps.digests.find_many(user_ids),
        deps.profiles.find_people(user_ids),
        deps.registry.live_sockets_of(user_ids)
    )?;
    let shown: HashMap<UserId, bool> =
        people.iter().map(|person| (person.profile.user_id, person.profile.is_shown())).collect();
    let online: HashSet<UserId> = sockets.into_iter().map(|socket| socket.user_id).collect();
    let missing = user_ids.len().saturating_sub(states.len());
    let outcomes = states.iter().map(|state| async {
        let user_id = state.settings.user_id;
        let is_welcome = shown.get(&user_id).copied().unwrap_or(false) && !online.contains(&user_id);
        attend(deps, state, is_welcome).await.unwrap_or_else(Outcome::Failed)
    });
    let outcomes = stream::iter(outcomes).buffer_unordered(AT_ONCE);
    let gone = std::iter::repeat_with(|| Outcome::Overtaken).take(missing);
    Ok(outcomes.chain(stream::iter(gone)).collect().await)
}

/// `is_welcome` says that the person has a profile, that nobody keeps them out, and that they are not here anyway.
async fn attend(deps: &Deps, state: &DigestState, is_welcome: bool) -> Result<Outcome> {
    let now = deps.ambient.now();
    if state.due > now {
        return Ok(Outcome::Overtaken);
    }
    let mail = if is_welcome && !state.settings.is_quiet(now) { mail(deps, state).await? } else { None };
    let next = state.settings.next_digest(now);
    Ok(match (deps.digests.advance(state, next, mail.as_ref()).await?, mail) {
        (false, _) => Outcome::Overtaken,
        (true, Some(_)) => Outcome::Promised,
        (true, None) => Outcome::Moved,
    })
}

/// The mail, if something is new that the person wishes to hear of.
async fn mail(deps: &Deps, state: &DigestState) -> Result<Option<DigestMail>> {
    let user_id = state.settings.user_id;
    let window = NewsWindow::since(state.seen, deps.ambient.now());
    let counts = deps.news.count(user_id, &state.settings.wishes.digest, window).await?;
    Ok((!counts.is_empty())
        .then(|| DigestMail { promise: deps.ambient.promise(Effect::digest(user_id, counts)), seen: window.until() }))
}

impl Tally {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Promised => self.promised += 1,
            Outcome::Moved => self.moved += 1,
            Outcome::Overtaken => self.overtaken += 1,
            Outcome::Failed(error) => {
                self.failed += 1;
                if let Some(before) = self.last.replace(error) {
                    telemetry::report(&before);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
