//! Delivery of one event to every live socket of some people: what `chat-send` does at once and `push` does later.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use crate::domain::id::{SessionId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::socket::Socket;
use crate::error::{Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::outbox::Outbox;
use crate::ports::registry::Registry;
use crate::ports::sockets::{Posted, Sockets};

/// One slow client must not keep the sender waiting: what is not through by then is left to the outbox.
const DEADLINE: Duration = Duration::from_secs(2);
/// For how long after its registration a socket may still be opening: the time limit of the function that does it.
const OPENING: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Delivery {
    ambient: Ambient,
    registry: Arc<dyn Registry>,
    sockets: Arc<dyn Sockets>,
    outbox: Arc<dyn Outbox>,
}

impl Delivery {
    pub fn new(
        registry: Arc<dyn Registry>,
        sockets: Arc<dyn Sockets>,
        outbox: Arc<dyn Outbox>,
        ambient: Ambient,
    ) -> Self {
        Self { ambient, registry, sockets, outbox }
    }

    /// Posts `frame` to all live sockets of `people` and keeps the promise of `entry`. An error leaves the entry where it
    /// is, to be delivered again; clients tell a repeated frame by its id.
    pub async fn deliver(&self, people: &[UserId], frame: &str, entry: &OutboxEntry) -> Result<()> {
        self.post_all(people, frame).await?;
        self.outbox.finish(entry).await
    }

    /// Posts `frame` to all live sockets of `people`: an error unless every one of them has it or is gone.
    pub async fn post_all(&self, people: &[UserId], frame: &str) -> Result<()> {
        let sockets = self.registry.live_sockets_of(people).await?;
        let posts = sockets.iter().map(|socket| self.post(socket, frame));
        let posted = tokio::time::timeout(DEADLINE, join_all(posts)).await;
        posted.map_err(|_| Error::unavailable("a socket took too long"))?.into_iter().collect()
    }

    /// Ends a promise: it has been kept, or nothing is left to be done about it.
    pub async fn finish(&self, entry: &OutboxEntry) -> Result<()> {
        self.outbox.finish(entry).await
    }

    /// Closes the sockets that a session opened, and keeps the promise of `entry`.
    pub async fn close_session(&self, user_id: UserId, session_id: SessionId, entry: &OutboxEntry) -> Result<()> {
        for socket in self.registry.all_of(user_id).await? {
            if socket.session_id == session_id {
                self.sockets.close(&socket.connection_id).await?;
                self.registry.remove(user_id, &socket.connection_id).await?;
            }
        }
        self.outbox.finish(entry).await
    }

    /// API Gateway answers 410 for a socket whose `$connect` has not returned yet, although it will be there in a moment.
    fn is_opening(&self, socket: &Socket) -> bool {
        self.ambient.now().since(socket.connected_at) < OPENING
    }

    async fn post(&self, socket: &Socket, frame: &str) -> Result<()> {
        match self.sockets.post(&socket.connection_id, frame).await? {
            Posted::Accepted => Ok(()),
            Posted::Gone if self.is_opening(socket) => Err(Error::unavailable("the socket is still opening")),
            Posted::Gone => self.registry.remove(socket.user_id, &socket.connection_id).await,
        }
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Delivery")
    }
}
