//! The one way to change a pair.

use shared::domain::id::UserId;
use shared::domain::outbox::{Effect, OutboxEntry, PushEffect};
use shared::domain::pair::{Connection, Pair};
use shared::error::{Code, Error, Result};

use crate::Deps;

/// How often a change is tried when the other side changes the pair at the same moment.
const ROUNDS: usize = 4;

/// Reads the pair, lets `change` act on it, and stores what came of it with everything that follows.
pub(crate) async fn change<T>(
    deps: &Deps,
    me: UserId,
    other: UserId,
    change: impl Fn(&mut Pair) -> Result<T>,
) -> Result<T> {
    if me == other {
        return Err(Error::invalid("user_id", "user_id must be somebody else"));
    }
    for _ in 0..ROUNDS {
        let before = deps.pairs.find(me, other).await?;
        let mut after = before.clone();
        let outcome = change(&mut after)?;
        if after == before || deps.pairs.replace(&before, &after, announcement(deps, &before, &after)).await? {
            return Ok(outcome);
        }
    }
    Err(Code::Unavailable.into())
}

/// A new match is told to both people.
fn announcement(deps: &Deps, before: &Pair, after: &Pair) -> Option<OutboxEntry> {
    match (before.connection, after.connection) {
        (Connection::None, Connection::Matched { conversation_id, .. }) => {
            let news = PushEffect::MatchNew { conversation_id, user_ids: after.people() };
            Some(deps.ambient.promise(Effect::Push(news)))
        }
        _ => None,
    }
}
