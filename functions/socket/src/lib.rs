//! `socket`: the life of a socket.
//!
//! A ticket opens it, a lease keeps it in the registry, and `$disconnect` is only a hint: a socket that vanishes
//! without one is forgotten when its lease runs out or a post to it finds nobody.

use std::sync::Arc;

use serde_json::json;
use shared::domain::socket::{ConnectionId, LEASE, Socket, Ticket};
use shared::edge::ws::{ClientFrame, Handler, ServerFrame};
use shared::error::{Code, Result};
use shared::ports::ambient::Ambient;
use shared::ports::registry::{Registry, Tickets};
use shared::ports::sessions::Sessions;
use shared::ports::sockets::Sockets;
use shared::telemetry;

#[derive(Clone)]
pub struct Deps {
    pub tickets: Arc<dyn Tickets>,
    pub registry: Arc<dyn Registry>,
    pub sessions: Arc<dyn Sessions>,
    pub sockets: Arc<dyn Sockets>,
    pub ambient: Ambient,
}

impl Handler for Deps {
    /// Redeems the ticket. A person's eleventh socket closes the oldest.
    async fn connect(&self, connection_id: ConnectionId, ticket: Option<String>) -> Result<()> {
        let ticket = Ticket::from_client(ticket.ok_or(Code::InvalidTicket)?);
        let holder = self.tickets.redeem(&ticket).await?.ok_or(Code::InvalidTicket)?;
        telemetry::note_user(holder.user_id);
        let now = self.ambient.now();
        let session = self.sessions.find(holder.user_id, holder.session_id).await?;
        session.filter(|session| session.is_live(now)).ok_or(Code::SessionEnded)?;
        let socket = Socket {
            connection_id,
            user_id: holder.user_id,
            session_id: holder.session_id,
            connected_at: now,
            lease_until: now + LEASE,
        };
        for surplus in self.registry.add(&socket).await? {
            self.sockets.close(&surplus).await?;
        }
        Ok(())
    }

    async fn disconnect(&self, connection_id: ConnectionId) -> Result<()> {
        match self.registry.find(&connection_id).await? {
            Some(socket) => self.registry.remove(socket.user_id, &connection_id).await,
            None => Ok(()),
        }
    }

    /// Every frame that is understood here prolongs the lease. A socket whose session has ended is closed.
    async fn frame(&self, connection_id: ConnectionId, frame: ClientFrame) -> Result<ServerFrame> {
        let socket = self.registry.find(&connection_id).await?.ok_or(Code::SocketLost)?;
        telemetry::note_user(socket.user_id);
        let now = self.ambient.now();
        let session = self.sessions.find(socket.user_id, socket.session_id).await?;
        if !session.is_some_and(|session| session.is_live(now)) {
            self.registry.remove(socket.user_id, &connection_id).await?;
            self.sockets.close(&connection_id).await?;
            return Err(Code::SessionEnded.into());
        }
        let answer = match frame.kind.as_str() {
            "ping" => ServerFrame::new("pong", json!({ "server_time": now })),
            "hello" => ServerFrame::new(
                "hello",
                json!({ "user_id": socket.user_id, "server_time": now, "lease_seconds": LEASE.as_secs() }),
            ),
            _ => return Err(frame.unknown()),
        };
        self.registry.renew(&socket, now + LEASE).await?;
        Ok(answer)
    }
}
