//! Delivery of frames to every live socket of some people: what `chat-send` does at once and `push` does later.
//!
//! Invariants: nothing is dropped silently, so each connection ends up delivered, gone or left; a connection hears frames in
//! their order, never two at a time; nobody's frames wait for somebody else's connection.

mod fanout;
mod promises;

pub use promises::{IfStuck, PromisedDelivery};
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::domain::id::UserId;
use crate::domain::socket::Socket;
use crate::error::{Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::registry::Registry;
use crate::ports::sockets::Sockets;

use fanout::Fanout;

/// How long somebody who waits for an answer is kept waiting by slow sockets.
pub const ANSWER_DEADLINE: Duration = Duration::from_secs(1);
/// How long a queue may work on one fan-out: an event may need two, within the time limit of its function.
pub const QUEUE_DEADLINE: Duration = Duration::from_secs(5);
/// Posts of one process that are under way at the same time: six connections of HTTP/2 full. A thousand then take two times
/// as long as the API does, and still do while some stall or are repeated, which with 500 made it three; with 256 it was
/// four, and with a thousand nothing was gained but twice the handshakes where the API speaks HTTP/1.1 only, and more files
/// open than a function may have.
const CONCURRENT_POSTS: usize = 600;

#[derive(Clone)]
pub struct Delivery {
    ambient: Ambient,
    registry: Arc<dyn Registry>,
    sockets: Arc<dyn Sockets>,
    slots: Arc<Semaphore>,
    deadline: Duration,
}

/// What became of a delivery, in connections: each is delivered, gone or left.
#[derive(Debug, Default)]
#[must_use = "who is left has not got everything"]
pub struct Outcome {
    /// They accepted every frame that could be posted.
    pub delivered: usize,
    /// They had ended, and the registry has forgotten them.
    pub gone: usize,
    /// They may lack frames, from some frame on.
    pub left: Vec<Socket>,
    /// Posts that were repeated.
    pub retries: usize,
    /// Frames of more than [`MAX_FRAME_BYTES`](crate::ports::sockets::MAX_FRAME_BYTES), which were posted to nobody.
    pub oversized: usize,
}

impl Delivery {
    /// A delivery that takes at most [`ANSWER_DEADLINE`].
    pub fn new(registry: Arc<dyn Registry>, sockets: Arc<dyn Sockets>, ambient: Ambient) -> Self {
        let slots = Arc::new(Semaphore::new(CONCURRENT_POSTS));
        Self { ambient, registry, sockets, slots, deadline: ANSWER_DEADLINE }
    }

    /// The same, with another limit on the time that looking up and posting take together.
    #[must_use]
    pub fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Posts `frames`, in their order, to all live sockets of `people`. An error says that nobody knows which these are.
    pub async fn post_all(&self, people: &[UserId], frames: &[String]) -> Result<Outcome> {
        let deadline = Instant::now() + self.deadline;
        let sockets = timeout_at(deadline, self.registry.live_sockets_of(people)).await;
        let sockets = sockets.map_err(|_| Error::unavailable("looking sockets up took too long"))??;
        Ok(self.fanout(deadline).run(&sockets, frames).await)
    }

    /// Posts `frames`, in their order, to `sockets`.
    pub async fn post_to(&self, sockets: &[Socket], frames: &[String]) -> Outcome {
        self.fanout(Instant::now() + self.deadline).run(sockets, frames).await
    }

    /// Posts a frame that nobody misses who does not hear it: a sync tells the same, or it is over by then.
    pub async fn mention(&self, people: &[UserId], frame: String) -> Result<()> {
        let outcome = self.post_all(people, &[frame]).await?;
        tracing::debug!(sockets.left = outcome.left.len(), "mentioned");
        Ok(())
    }

    fn fanout(&self, deadline: Instant) -> Fanout<'_> {
        Fanout::new(self, deadline)
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Delivery")
    }
}
