//! How a socket begins, goes on and ends.

use std::sync::Arc;

use futures::future::join_all;
use shared::domain::id::UserId;
use shared::domain::limit::{FRAME_PER_PERSON, Subject};
use shared::domain::socket::{ConnectionId, LEASE, Socket, Ticket};
use shared::domain::time::Timestamp;
use shared::edge::http::Limiter;
use shared::edge::ws::protocol::ClientKind;
use shared::error::{Code, Result};
use shared::ports::registry::{Registry, Tickets};
use shared::ports::sessions::Sessions;
use shared::ports::sockets::Sockets;
use shared::telemetry;

#[derive(Clone)]
pub struct Life {
    pub tickets: Arc<dyn Tickets>,
    pub sessions: Arc<dyn Sessions>,
    pub registry: Arc<dyn Registry>,
    pub sockets: Arc<dyn Sockets>,
    pub limiter: Limiter,
}

impl Life {
    /// Redeems a ticket and answers whose it was.
    pub(crate) async fn begin(
        &self,
        connection_id: ConnectionId,
        ticket: Option<String>,
        now: Timestamp,
    ) -> Result<UserId> {
        let ticket = Ticket::from_client(ticket.ok_or(Code::InvalidTicket)?);
        let holder = self.tickets.redeem(&ticket).await?.ok_or(Code::InvalidTicket)?;
        telemetry::note_user(holder.user_id);
        let session = self.sessions.find(holder.user_id, holder.session_id).await?;
        session.filter(|session| session.is_live(now)).ok_or(Code::SessionEnded)?;
        let socket = Socket {
            connection_id,
            user_id: holder.user_id,
            session_id: holder.session_id,
            connected_at: now,
            lease_until: now + LEASE,
        };
        // They are forgotten already: one that stays open for lack of an answer hears nothing, and its next frame says so.
        let surplus = self.registry.add(&socket).await?;
        let closed = join_all(surplus.iter().map(|surplus| self.sockets.close(surplus))).await;
        closed.into_iter().filter_map(Result::err).for_each(|error| telemetry::report(&error));
        Ok(socket.user_id)
    }

    /// Forgets a socket, and answers whose it was. One that is unknown was forgotten before.
    pub(crate) async fn end(&self, connection_id: &ConnectionId) -> Result<Option<UserId>> {
        let Some(socket) = self.registry.find(connection_id).await? else { return Ok(None) };
        self.registry.remove(socket.user_id, connection_id).await?;
        Ok(Some(socket.user_id))
    }

    /// The socket that a frame came by. One whose session has ended is closed, and so is one whose lease has lapsed: what was
    /// said meanwhile has passed it by, and only another socket and a sync make up for it.
    pub(crate) async fn find(&self, connection_id: &ConnectionId, now: Timestamp) -> Result<Socket> {
        let socket = self.registry.find(connection_id).await?.ok_or(Code::SocketLost)?;
        let session = self.sessions.find(socket.user_id, socket.session_id).await?;
        let refusal = if session.is_none_or(|session| !session.is_live(now)) {
            Code::SessionEnded
        } else if !socket.is_live(now) {
            Code::SocketLost
        } else {
            return Ok(socket);
        };
        self.sockets.close(connection_id).await?;
        self.registry.remove(socket.user_id, connection_id).await?;
        Err(refusal.into())
    }

    /// Counts a frame, or refuses it. Pings cost next to nothing and keep the socket, so they are not counted.
    pub(crate) async fn admit(&self, socket: &Socket, kind: ClientKind) -> Result<()> {
        match kind {
            ClientKind::Ping => Ok(()),
            _ => self.limiter.take(&FRAME_PER_PERSON, &Subject::person(socket.user_id)).await,
        }
    }

    /// Renews the lease when it is worth it; answers whether it was.
    pub(crate) async fn go_on(&self, socket: &Socket, now: Timestamp) -> Result<bool> {
        let wants = socket.wants_renewal(now);
        if wants {
            self.registry.renew(socket, socket.lease_from(now)).await?;
        }
        Ok(wants)
    }
}
