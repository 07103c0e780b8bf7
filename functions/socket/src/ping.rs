//! `ping`

use shared::domain::socket::Socket;
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{PingAck, PingData, Reconnect, ServerKind};
use shared::error::Result;

use crate::Deps;

/// Answers with the time. A socket that ends soon is asked to make room for another one, with every ping again.
pub(crate) async fn answer(deps: &Deps, socket: &Socket, _: &PingData) -> Result<ServerFrame> {
    let now = deps.ambient.now();
    if now >= socket.reconnect_at() {
        let data = Reconnect { ends_at: socket.ends_at() };
        let frame = ServerFrame::event(ServerKind::Reconnect, &socket.connection_id, data).to_json();
        let outcome = deps.delivery.post_to(std::slice::from_ref(socket), &[frame]).await;
        tracing::debug!(sockets.left = outcome.left.len(), "asked to reconnect");
    }
    Ok(ServerFrame::ack(PingAck { server_time: now }))
}
