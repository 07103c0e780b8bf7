//! The frame `chat.send`

use shared::domain::socket::ConnectionId;
use shared::edge::views::Receipts;
use shared::edge::ws::protocol::{ClientKind, SendData};
use shared::edge::ws::{ClientFrame, ServerFrame};
use shared::error::{Code, Result};

use crate::Deps;
use crate::draft::Draft;
use crate::send;

/// Sends messages; the `ack` comes once they are stored for good. Whoever writes is there: the lease is renewed meanwhile.
pub async fn on_frame(deps: &Deps, connection_id: ConnectionId, frame: ClientFrame) -> Result<ServerFrame> {
    if frame.kind != ClientKind::ChatSend {
        return Err(frame.unknown());
    }
    let now = deps.ambient.now();
    let socket = deps.registry.find(&connection_id).await?;
    let socket = socket.filter(|socket| socket.is_live(now)).ok_or(Code::SocketLost)?;
    deps.authenticator.check_session(socket.user_id, socket.session_id).await?;
    let draft = Draft::parse(socket.user_id, &frame.data::<SendData>()?)?;
    let conversation_id = draft.conversation_id;
    let renewal = async {
        if socket.wants_renewal(now) {
            deps.registry.renew(&socket, socket.lease_from(now)).await?;
        }
        Ok(())
    };
    let (sent, renewed) = futures::join!(send::send(deps, draft), renewal);
    if let Err(error) = renewed {
        shared::telemetry::report(&error);
    }
    Ok(ServerFrame::ack(Receipts::of(conversation_id, &sent?.messages)))
}
