//! Keeping promises: what becomes of an outbox entry when its frames were posted, or were not.

use std::sync::Arc;

use futures::future::try_join_all;

use super::{Delivery, Outcome};
use crate::domain::id::{SessionId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::domain::socket::{ConnectionId, Socket};
use crate::error::{Error, Result};
use crate::ports::outbox::Outbox;
use crate::telemetry::metrics::{self, Metric};

/// How many sockets are looked up at the same time.
const LOOKUPS: usize = 50;

/// What is done about sockets that take nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfStuck {
    TryLater,
    /// They have taken nothing before, minutes ago: they are closed. Their clients open others and sync, which helps more
    /// than one more try.
    Close,
}

impl IfStuck {
    /// What a queue does with a message that has come so often.
    pub const fn at_attempt(attempt: u32) -> Self {
        if attempt <= 1 { Self::TryLater } else { Self::Close }
    }
}

/// A delivery that knows what was promised, and ends the promise once it is kept.
#[derive(Clone)]
pub struct PromisedDelivery {
    delivery: Delivery,
    outbox: Arc<dyn Outbox>,
}

impl PromisedDelivery {
    pub fn new(delivery: Delivery, outbox: Arc<dyn Outbox>) -> Self {
        Self { delivery, outbox }
    }

    /// Posts `frames` to all live sockets of `people` and keeps the promise of `entry`; what does not get through in time
    /// is handed over to `push`. Clients tell a repeated frame by its id.
    pub async fn deliver(&self, people: &[UserId], frames: &[String], entry: &OutboxEntry) -> Result<()> {
        match self.delivery.post_all(people, frames).await {
            Ok(outcome) => {
                self.measure(&outcome, entry);
                if outcome.left.is_empty() {
                    return self.outbox.finish(entry).await;
                }
                let left = outcome.left.into_iter().map(|socket| socket.connection_id).collect();
                self.outbox.hand_over(&entry.left_with(left)).await
            }
            Err(error) => {
                tracing::warn!(error.cause = error.cause_chain(), "handed over to push");
                self.outbox.hand_over(entry).await
            }
        }
    }

    /// Posts `frames` to all live sockets of `people`. An error unless each of them has them, is gone, or was closed
    /// because it took nothing for too long: then the queue tries again later.
    pub async fn reach(
        &self,
        people: &[UserId],
        frames: &[String],
        entry: &OutboxEntry,
        if_stuck: IfStuck,
    ) -> Result<()> {
        self.reach_sockets(self.sockets_of(people).await?, frames, entry, if_stuck).await
    }

    /// The same for sockets that are known already.
    pub async fn reach_sockets(
        &self,
        sockets: Vec<Socket>,
        frames: &[String],
        entry: &OutboxEntry,
        if_stuck: IfStuck,
    ) -> Result<()> {
        let outcome = self.delivery.post_to(&sockets, frames).await;
        self.measure(&outcome, entry);
        let left = outcome.left;
        if left.is_empty() {
            return Ok(());
        }
        if if_stuck == IfStuck::TryLater {
            return Err(Error::unavailable("some sockets take nothing"));
        }
        tracing::warn!(sockets.closed = left.len(), "closed because they take nothing");
        for socket in &left {
            self.close(socket).await?;
        }
        Ok(())
    }

    fn measure(&self, outcome: &Outcome, entry: &OutboxEntry) {
        let now = self.delivery.ambient.now();
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let ms = u64::try_from(now.since(entry.created_at).as_millis()).unwrap_or(u64::MAX);
        let metrics = [
            Metric::PromiseToDelivery { ms },
            Metric::PostRetries { count: count(outcome.retries) },
            Metric::SocketsGone { count: count(outcome.gone) },
            Metric::SocketsLeft { count: count(outcome.left.len()) },
        ];
        metrics::record(&metrics, now);
        if outcome.oversized > 0 {
            // Nobody can be given them, so the promise ends here, and not in silence.
            tracing::error!(frames.oversized = outcome.oversized, "frames are too large to be posted");
        }
    }

    /// The live sockets of some people.
    pub async fn sockets_of(&self, people: &[UserId]) -> Result<Vec<Socket>> {
        self.delivery.registry.live_sockets_of(people).await
    }

    /// Those of some sockets that are still there.
    pub async fn known(&self, connection_ids: &[ConnectionId]) -> Result<Vec<Socket>> {
        let mut sockets = Vec::with_capacity(connection_ids.len());
        for some in connection_ids.chunks(LOOKUPS) {
            let found =
                try_join_all(some.iter().map(|connection_id| self.delivery.registry.find(connection_id))).await?;
            sockets.extend(found.into_iter().flatten());
        }
        Ok(sockets)
    }

    /// Closes the sockets of somebody whose lease has lapsed: nobody has heard of them for too long.
    pub async fn close_lapsed(&self, user_id: UserId) -> Result<()> {
        let now = self.delivery.ambient.now();
        for socket in self.delivery.registry.all_of(user_id).await? {
            if !socket.is_live(now) {
                self.close(&socket).await?;
            }
        }
        Ok(())
    }

    /// Closes the sockets that a session opened, and keeps the promise of `entry`.
    pub async fn close_session(&self, user_id: UserId, session_id: SessionId, entry: &OutboxEntry) -> Result<()> {
        for socket in self.delivery.registry.all_of(user_id).await? {
            if socket.session_id == session_id {
                self.close(&socket).await?;
            }
        }
        self.outbox.finish(entry).await
    }

    /// Closes a socket and forgets it.
    async fn close(&self, socket: &Socket) -> Result<()> {
        self.delivery.sockets.close(&socket.connection_id).await?;
        self.delivery.registry.remove(socket.user_id, &socket.connection_id).await
    }

    /// Ends a promise: it has been kept, or nothing is left to be done about it.
    pub async fn finish(&self, entry: &OutboxEntry) -> Result<()> {
        self.outbox.finish(entry).await
    }
}

impl std::fmt::Debug for PromisedDelivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PromisedDelivery")
    }
}
