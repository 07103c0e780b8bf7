//! `chat.typing`

use shared::domain::fields::Fields;
use shared::domain::socket::Socket;
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{Done, ServerKind, Typing, TypingData};
use shared::error::{Code, Result};

use crate::Deps;

/// Tells those who take part that somebody is writing. Nothing is stored.
pub(crate) async fn answer(deps: &Deps, socket: &Socket, data: &TypingData) -> Result<ServerFrame> {
    let mut fields = Fields::default();
    let conversation_id = fields.copy("conversation_id", &data.conversation_id);
    let is_typing = fields.copy("is_typing", &data.is_typing);
    let (conversation_id, is_typing) = fields.accept(conversation_id.zip(is_typing))?;
    let seat = deps.talk.seat(conversation_id, socket.user_id).await?;
    if !seat.conversation.is_open() {
        return Err(Code::ConversationClosed.into());
    }
    let typing = Typing { conversation_id, user_id: socket.user_id, is_typing };
    deps.talk.tell(&seat.conversation, &deps.delivery, ServerFrame::new(ServerKind::Typing, typing), &[]).await;
    Ok(ServerFrame::ack(Done {}))
}
