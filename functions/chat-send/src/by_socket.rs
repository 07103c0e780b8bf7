//! The frame `chat.send`

use serde::Deserialize;
use shared::domain::id::ConversationId;
use shared::domain::input::Input;
use shared::domain::socket::ConnectionId;
use shared::edge::views::MessageView;
use shared::edge::ws::{ClientFrame, ServerFrame};
use shared::error::{Code, Result};

use crate::Deps;
use crate::send::{self, Draft};

/// The data of a `chat.send` frame; bounds as in the HTTP body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendData {
    conversation_id: Input<ConversationId>,
    client_id: Input<String>,
    text: Input<String>,
}

/// Sends a message; the `ack` comes once it is stored for good.
pub async fn on_frame(deps: &Deps, connection_id: ConnectionId, frame: ClientFrame) -> Result<ServerFrame> {
    if frame.kind != "chat.send" {
        return Err(frame.unknown());
    }
    let socket = deps.registry.find(&connection_id).await?.ok_or(Code::SocketLost)?;
    deps.authenticator.check_session(socket.user_id, socket.session_id).await?;
    let data: SendData = frame.data()?;
    let draft = Draft::parse(&data.conversation_id, socket.user_id, &data.client_id, &data.text)?;
    let sent = send::send(deps, draft).await?;
    Ok(ServerFrame::new("ack", MessageView::from(&sent.message)))
}
