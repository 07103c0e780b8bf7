//! `socket`: the life of a socket, and every frame but `chat.send`.
//!
//! A ticket opens it, a lease keeps it in the registry, and `$disconnect` is only a hint: a socket that vanishes
//! without one is forgotten when its lease runs out or a post to it finds nobody.

mod hello;
mod life;
mod marks;
mod ping;
mod typing;

use std::sync::Arc;

use shared::delivery::Delivery;
use shared::domain::conversation::Conversation;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::socket::{ConnectionId, Socket};
use shared::edge::ws::protocol::ClientKind;
use shared::edge::ws::{ClientFrame, Handler, ServerFrame};
use shared::error::{Code, Result};
use shared::ports::ambient::Ambient;
use shared::ports::conversations::{Conversations, Seat};
use shared::ports::marks::Marks;
use shared::telemetry;

pub use life::Life;

#[derive(Clone)]
pub struct Deps {
    pub life: Life,
    pub conversations: Arc<dyn Conversations>,
    pub marks: Arc<dyn Marks>,
    pub delivery: Delivery,
    pub ambient: Ambient,
}

impl Handler for Deps {
    /// Redeems the ticket. A person's eleventh socket closes the oldest.
    async fn connect(&self, connection_id: ConnectionId, ticket: Option<String>) -> Result<()> {
        self.life.begin(connection_id, ticket, self.ambient.now()).await
    }

    async fn disconnect(&self, connection_id: ConnectionId) -> Result<()> {
        self.life.end(&connection_id).await
    }

    /// Every frame that is understood here prolongs the lease. A socket whose session has ended is closed.
    async fn frame(&self, connection_id: ConnectionId, frame: ClientFrame) -> Result<ServerFrame> {
        let now = self.ambient.now();
        let socket = self.life.find(&connection_id, now).await?;
        telemetry::note_user(socket.user_id);
        let answer = self.answer(&socket, &frame).await?;
        self.life.go_on(&socket, now).await?;
        Ok(answer)
    }
}

impl Deps {
    async fn answer(&self, socket: &Socket, frame: &ClientFrame) -> Result<ServerFrame> {
        match frame.kind {
            ClientKind::Hello => hello::answer(self, socket, &frame.data()?).await,
            ClientKind::Ping => ping::answer(self, socket, &frame.data()?).await,
            ClientKind::ChatRead | ClientKind::ChatDelivered => {
                marks::answer(self, socket, frame.kind, &frame.data()?).await
            }
            ClientKind::ChatTyping => typing::answer(self, socket, &frame.data()?).await,
            ClientKind::ChatSend | ClientKind::PresenceSubscribe => Err(frame.unknown()),
        }
    }

    /// The place of somebody in a conversation that they can read.
    async fn seat(&self, conversation_id: ConversationId, user_id: UserId) -> Result<Seat> {
        let seat = self.conversations.seat(conversation_id, user_id).await?;
        seat.filter(|seat| seat.conversation.is_readable()).ok_or_else(|| Code::ConversationNotFound.into())
    }

    /// Tells those who take part in a conversation something that nobody misses who does not hear of it: a sync tells the
    /// same, or it is over by then. In a crowd nobody is told.
    async fn tell(&self, conversation: &Conversation, frame: ServerFrame) {
        let told = async {
            let people = self.conversations.members(conversation).await?;
            if people.len() <= shared::domain::conversation::MAX_CLOSE {
                self.delivery.mention(&people, frame.to_json()).await?;
            }
            Ok(())
        };
        if let Err(error) = told.await {
            telemetry::report(&error);
        }
    }
}
