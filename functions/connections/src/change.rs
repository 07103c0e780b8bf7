//! The one way to change a pair.

use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::matching::{Answer, Impression, Lesson, Taste, Verdict};
use shared::domain::outbox::{Effect, OutboxEntry, PushEffect};
use shared::domain::pair::{Connection, Pair};
use shared::error::{Code, Error, Result};
use shared::ports::pairs::Consequences;

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
    answer(deps, me, other, None, change).await
}

/// The same for a like or a pass, which teaches by how the two compared.
pub(crate) async fn answer<T>(
    deps: &Deps,
    me: UserId,
    other: UserId,
    impression: Option<&Impression>,
    change: impl Fn(&mut Pair) -> Result<T>,
) -> Result<T> {
    if me == other {
        return Err(Error::invalid("user_id", "user_id must be somebody else"));
    }
    for _ in 0..ROUNDS {
        let (before, known) = try_join!(deps.pairs.find(me, other), known(deps, me, other, impression))?;
        let mut after = before.clone();
        let outcome = change(&mut after)?;
        if after == before {
            return Ok(outcome);
        }
        let lesson = known.and_then(|known| lesson(deps, &before, &after, me, known));
        let promise = announcement(deps, &before, &after);
        let consequences = Consequences { promise, lesson: lesson.map(|lesson| (me, lesson)) };
        if deps.pairs.replace(&before, &after, &consequences).await? {
            return Ok(outcome);
        }
    }
    Err(Code::Unavailable.into())
}

/// What an answer adds to and what it replaces, if there is something to learn from it.
type Known<'i> = (&'i Impression, Taste, Option<Answer>);

async fn known<'i>(
    deps: &Deps,
    me: UserId,
    other: UserId,
    impression: Option<&'i Impression>,
) -> Result<Option<Known<'i>>> {
    let Some(impression) = impression else { return Ok(None) };
    let (taste, earlier) = deps.people.before_answer(me, other).await?;
    Ok(Some((impression, taste, earlier)))
}

fn lesson(deps: &Deps, before: &Pair, after: &Pair, me: UserId, known: Known<'_>) -> Option<Lesson> {
    let (impression, taste, earlier) = known;
    let verdict = Verdict::given(before, after, me)?;
    Some(Lesson::new(earlier, verdict, impression.clone(), deps.ambient.now(), taste.era))
}

/// A new match is told to both people, and so is that a conversation is over: who has ended it, and whether by a block, is
/// not.
fn announcement(deps: &Deps, before: &Pair, after: &Pair) -> Option<OutboxEntry> {
    match (before.connection, after.connection) {
        (Connection::None, Connection::Matched { conversation_id, .. }) => {
            let news = PushEffect::MatchNew { conversation_id, user_ids: after.people() };
            Some(deps.ambient.promise(Effect::Push(news)))
        }
        (Connection::Matched { .. }, Connection::Ended) => {
            let news = PushEffect::ConversationsChanged { user_ids: after.people().to_vec() };
            Some(deps.ambient.promise(Effect::Push(news)))
        }
        _ => None,
    }
}
