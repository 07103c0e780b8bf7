//! `match.new`

use shared::domain::conversation::Conversation;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::outbox::OutboxEntry;
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{MatchNew, ServerKind};
use shared::error::Result;

use crate::{Deps, if_stuck};

/// Both people hear of the match, each with the other's id, unless it is over by now.
pub(crate) async fn push(
    deps: &Deps,
    conversation_id: ConversationId,
    [a, b]: [UserId; 2],
    entry: &OutboxEntry,
) -> Result<()> {
    let conversation = deps.conversations.find(conversation_id).await?;
    let Some(conversation) = conversation.filter(Conversation::is_open) else {
        return deps.delivery.finish(entry).await;
    };
    let pair = deps.presences.pairs.find_many(a, &[b]).await?.pop();
    let mut told = Ok(());
    for (person, other) in [(a, b), (b, a)] {
        let intro = pair.as_ref().and_then(|pair| pair.intro_of(other)).map(str::to_owned);
        let data = MatchNew { user_id: other, conversation_id, matched_at: conversation.created_at, intro };
        let frame = ServerFrame::event(ServerKind::MatchNew, &entry.id, data).to_json();
        // A socket of the one that takes nothing keeps the other one from nothing.
        told = told.and(deps.delivery.reach(&[person], &[frame], entry, if_stuck()).await);
    }
    told?;
    deps.delivery.finish(entry).await
}
