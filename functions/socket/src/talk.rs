//! The conversations that frames are about.

use std::sync::Arc;

use shared::delivery::Delivery;
use shared::domain::conversation::{Conversation, MAX_CLOSE};
use shared::domain::id::{ConversationId, UserId};
use shared::edge::ws::ServerFrame;
use shared::error::{Code, Result};
use shared::ports::conversations::{Conversations, Seat};
use shared::ports::marks::Marks;
use shared::telemetry;

#[derive(Clone)]
pub struct Talk {
    pub conversations: Arc<dyn Conversations>,
    pub marks: Arc<dyn Marks>,
}

impl Talk {
    /// The place of somebody in a conversation that they can read.
    pub(crate) async fn seat(&self, conversation_id: ConversationId, user_id: UserId) -> Result<Seat> {
        let seat = self.conversations.seat(conversation_id, user_id).await?;
        seat.filter(|seat| seat.conversation.is_readable()).ok_or_else(|| Code::ConversationNotFound.into())
    }

    /// Tells those who take part in a conversation something that nobody misses who does not hear of it; in a crowd only
    /// some of them.
    pub(crate) async fn tell(
        &self,
        conversation: &Conversation,
        delivery: &Delivery,
        frame: ServerFrame,
        in_a_crowd: &[UserId],
    ) {
        let told = async {
            let people = self.conversations.members(conversation).await?;
            let people = if people.len() <= MAX_CLOSE { &people[..] } else { in_a_crowd };
            if people.is_empty() { Ok(()) } else { delivery.mention(people, frame.to_json()).await }
        };
        if let Err(error) = told.await {
            telemetry::report(&error);
        }
    }
}
