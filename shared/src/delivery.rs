//! Delivery of events to live sockets: what `chat-send` does at once and `push` does later.

mod promises;

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use crate::domain::id::UserId;
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

/// What came of posting frames to sockets.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Those that lack something still.
    pub left: Vec<Socket>,
}

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

    /// Posts `frames` to all live sockets of `people`. An error means that nobody knows which they are.
    pub async fn post_all(&self, people: &[UserId], frames: &[String]) -> Result<Outcome> {
        Ok(self.post_to(self.registry.live_sockets_of(people).await?, frames).await)
    }

    pub async fn post_to(&self, sockets: Vec<Socket>, frames: &[String]) -> Outcome {
        let posts = sockets.into_iter().map(async |socket| {
            for frame in frames {
                let posted = tokio::time::timeout(DEADLINE, self.post(&socket, frame)).await;
                if !matches!(posted, Ok(Ok(()))) {
                    return Some(socket);
                }
            }
            None
        });
        Outcome { left: join_all(posts).await.into_iter().flatten().collect() }
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
