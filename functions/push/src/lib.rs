//! `push`: delivers promised events to sockets — what other functions announce, and what `chat-send` could not reach.
//!
//! Whether people may still hear of each other is asked here, just before posting, not when the promise was made.

mod matches;
mod messages;
mod presence;
mod sync;

use std::sync::Arc;

use shared::delivery::{IfStuck, PromisedDelivery};
use shared::domain::outbox::{Effect, OutboxEntry, PushEffect};
use shared::edge::queue;
use shared::error::{Error, Result};
use shared::ports::conversations::Conversations;
use shared::presences::Presences;

#[derive(Clone)]
pub struct Deps {
    pub conversations: Arc<dyn Conversations>,
    pub presences: Presences,
    pub delivery: PromisedDelivery,
}

/// A queue that comes again with what nobody took has waited long enough.
fn if_stuck() -> IfStuck {
    IfStuck::at_attempt(queue::attempt())
}

/// Delivers one event. A failure leaves it in the queue; frames that got through are repeated under the same id.
pub async fn push(deps: &Deps, entry: OutboxEntry) -> Result<()> {
    let Effect::Push(effect) = &entry.effect else { return Err(Error::internal("this effect is no push")) };
    match effect {
        PushEffect::MatchNew { conversation_id, user_ids } => {
            matches::push(deps, *conversation_id, *user_ids, &entry).await
        }
        PushEffect::MessageNew { conversation_id, first, last, left } => {
            let range = messages::Range { conversation_id: *conversation_id, first: *first, last: *last };
            messages::push(deps, range, left.as_deref(), &entry).await
        }
        PushEffect::ConversationsChanged { user_ids } => sync::push(deps, user_ids, &entry).await,
        PushEffect::SessionEnded { user_id, session_id } => {
            deps.delivery.close_session(*user_id, *session_id, &entry).await
        }
        PushEffect::PresenceChanged { user_id } => presence::push(deps, *user_id, &entry).await,
        PushEffect::PresenceEnded { user_id, sockets } => {
            presence::push_the_last(deps, *user_id, sockets, &entry).await
        }
    }
}
