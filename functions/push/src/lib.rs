//! `push`: delivers promised events to sockets — what other functions announce, and what `chat-send` could not reach.
//!
//! Whether people may still hear of each other is asked here, just before posting, not when the promise was made.

use std::sync::Arc;

use serde_json::json;
use shared::delivery::Delivery;
use shared::domain::conversation::{Conversation, ConversationState};
use shared::domain::id::{ConversationId, UserId};
use shared::domain::outbox::{Effect, OutboxEntry, PushEffect};
use shared::edge::views::MessageView;
use shared::edge::ws::ServerFrame;
use shared::error::{Error, Result};
use shared::ports::conversations::Conversations;

#[derive(Clone)]
pub struct Deps {
    pub conversations: Arc<dyn Conversations>,
    pub delivery: Delivery,
}

/// Delivers one event. A failure leaves it in the queue; frames that got through are repeated under the same id.
pub async fn push(deps: &Deps, entry: OutboxEntry) -> Result<()> {
    let Effect::Push(effect) = &entry.effect else { return Err(Error::internal("this effect is no push")) };
    match effect {
        PushEffect::MatchNew { conversation_id, user_ids } => {
            match_new(deps, *conversation_id, *user_ids, &entry).await
        }
        PushEffect::MessageNew { conversation_id, seq } => message_new(deps, *conversation_id, *seq, &entry).await,
        PushEffect::SessionEnded { user_id, session_id } => {
            deps.delivery.close_session(*user_id, *session_id, &entry).await
        }
    }
}

/// Both people hear of the match, each with the other's id.
async fn match_new(
    deps: &Deps,
    conversation_id: ConversationId,
    [a, b]: [UserId; 2],
    entry: &OutboxEntry,
) -> Result<()> {
    let Some(conversation) = open(deps, conversation_id).await? else {
        return deps.delivery.finish(entry).await;
    };
    for (person, other) in [(a, b), (b, a)] {
        let data = json!({
            "user_id": other,
            "conversation_id": conversation_id,
            "matched_at": conversation.created_at,
        });
        let frame = ServerFrame::event("match.new", entry.id, data).to_json();
        deps.delivery.post_all(&[person], &[frame]).await?.complete()?;
    }
    deps.delivery.finish(entry).await
}

async fn message_new(deps: &Deps, conversation_id: ConversationId, seq: u64, entry: &OutboxEntry) -> Result<()> {
    let Some(conversation) = open(deps, conversation_id).await? else {
        return deps.delivery.finish(entry).await;
    };
    let messages = deps.conversations.history(conversation_id, seq - 1, 1).await?;
    let message = messages.first().ok_or_else(|| Error::internal("a promised message does not exist"))?;
    let frame = ServerFrame::event("message.new", entry.id, MessageView::from(message)).to_json();
    deps.delivery.deliver(&conversation.member_ids, &frame, entry).await
}

/// The conversation, unless it was closed by a block or an unmatch since the promise was made.
async fn open(deps: &Deps, conversation_id: ConversationId) -> Result<Option<Conversation>> {
    let conversation = deps.conversations.find(conversation_id).await?;
    Ok(conversation.filter(|conversation| conversation.state == ConversationState::Open))
}
