//! `socket`: the life of a socket, and every frame but `chat.send`.
//!
//! A ticket opens it, a lease keeps it in the registry, and `$disconnect` is only a hint: a socket that vanishes
//! without one is forgotten when its lease runs out or a post to it finds nobody.

mod hello;
mod life;
mod marks;
mod notices;
mod ping;
mod presence;
mod talk;
mod typing;

use shared::delivery::Delivery;
use shared::domain::id::UserId;
use shared::domain::socket::{ConnectionId, Socket};
use shared::edge::ws::protocol::ClientKind;
use shared::edge::ws::{ClientFrame, Handler, ServerFrame};
use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::telemetry;

pub use life::Life;
pub use notices::Notices;
pub use talk::Talk;

#[derive(Clone)]
pub struct Deps {
    pub life: Life,
    pub talk: Talk,
    pub notices: Notices,
    pub delivery: Delivery,
    pub ambient: Ambient,
}

impl Handler for Deps {
    /// Redeems the ticket. A person's eleventh socket closes the oldest.
    async fn connect(&self, connection_id: ConnectionId, ticket: Option<String>) -> Result<()> {
        let user_id = self.life.begin(connection_id, ticket, self.ambient.now()).await?;
        self.notice(user_id).await;
        Ok(())
    }

    async fn disconnect(&self, connection_id: ConnectionId) -> Result<()> {
        if let Some(user_id) = self.life.end(&connection_id).await? {
            self.notice(user_id).await;
        }
        Ok(())
    }

    /// Every frame that is understood here prolongs the lease. A socket whose session has ended is closed.
    async fn frame(&self, connection_id: ConnectionId, frame: ClientFrame) -> Result<ServerFrame> {
        let now = self.ambient.now();
        let socket = self.life.find(&connection_id, now).await?;
        telemetry::note_user(socket.user_id);
        self.life.admit(&socket, frame.kind).await?;
        let answer = self.answer(&socket, &frame).await?;
        if self.life.go_on(&socket, now).await? {
            self.notice(socket.user_id).await;
        }
        Ok(answer)
    }
}

impl Deps {
    /// Has it told if somebody has come or gone. What fails here is made up for by a later frame, or by the sweep.
    async fn notice(&self, user_id: UserId) {
        if let Err(error) = self.notices.notice(user_id, &self.ambient).await {
            telemetry::report(&error);
        }
    }

    async fn answer(&self, socket: &Socket, frame: &ClientFrame) -> Result<ServerFrame> {
        match frame.kind {
            ClientKind::Hello => hello::answer(self, socket, &frame.data()?).await,
            ClientKind::Ping => ping::answer(self, socket, &frame.data()?).await,
            ClientKind::ChatRead | ClientKind::ChatDelivered => {
                marks::answer(self, socket, frame.kind, &frame.data()?).await
            }
            ClientKind::ChatTyping => typing::answer(self, socket, &frame.data()?).await,
            ClientKind::PresenceSubscribe => presence::answer(self, socket, &frame.data()?).await,
            ClientKind::ChatSend => Err(frame.unknown()),
        }
    }
}
