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

/// What a change of a pair teaches.
#[derive(Clone, Copy)]
pub(crate) enum Teaches<'i> {
    Nothing,
    /// How the two compared when one of them answered.
    Answer(&'i Impression),
    /// An answer is taken back, and with it what it taught.
    TakingBack,
}

/// Reads the pair, lets `change` act on it, and stores what came of it with everything that follows.
pub(crate) async fn change<T>(
    deps: &Deps,
    me: UserId,
    other: UserId,
    change: impl Fn(&mut Pair) -> Result<T>,
) -> Result<T> {
    answer(deps, me, other, Teaches::Nothing, change).await
}

/// The same for a like or a pass, and for taking one of them back.
pub(crate) async fn answer<T>(
    deps: &Deps,
    me: UserId,
    other: UserId,
    teaches: Teaches<'_>,
    change: impl Fn(&mut Pair) -> Result<T>,
) -> Result<T> {
    if me == other {
        return Err(Error::invalid("user_id", "user_id must be somebody else"));
    }
    for _ in 0..ROUNDS {
        let (before, known) = try_join!(deps.pairs.find(me, other), known(deps, me, other, teaches))?;
        let mut after = before.clone();
        let outcome = change(&mut after)?;
        if after == before {
            return Ok(outcome);
        }
        let lesson = known.and_then(|known| lesson(deps, &before, &after, me, teaches, known));
        let promise = announcement(deps, &before, &after);
        let consequences = Consequences { promise, lesson: lesson.map(|lesson| (me, lesson)) };
        if deps.pairs.replace(&before, &after, &consequences).await? {
            return Ok(outcome);
        }
    }
    Err(Code::Unavailable.into())
}

/// What an answer adds to and what it replaces.
type Known = (Taste, Option<Answer>);

async fn known(deps: &Deps, me: UserId, other: UserId, teaches: Teaches<'_>) -> Result<Option<Known>> {
    match teaches {
        Teaches::Nothing => Ok(None),
        Teaches::Answer(_) | Teaches::TakingBack => deps.people.before_answer(me, other).await.map(Some),
    }
}

fn lesson(
    deps: &Deps,
    before: &Pair,
    after: &Pair,
    me: UserId,
    teaches: Teaches<'_>,
    (taste, earlier): Known,
) -> Option<Lesson> {
    match teaches {
        Teaches::Nothing => None,
        Teaches::Answer(impression) => {
            let verdict = Verdict::given(before, after, me)?;
            Some(Lesson::new(earlier, verdict, impression.clone(), deps.ambient.now(), taste.era))
        }
        Teaches::TakingBack => Some(Lesson::taken_back(earlier, taste.era)),
    }
}

impl<'i> From<Option<&'i Impression>> for Teaches<'i> {
    fn from(impression: Option<&'i Impression>) -> Self {
        impression.map_or(Self::Nothing, Self::Answer)
    }
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
