//! One fan-out: a lane for each connection, in which frames go one after another.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Delivery, Outcome};
use crate::domain::socket::Socket;
use crate::error::{Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::sockets::{MAX_FRAME_BYTES, Posted};

/// For how long after its registration a socket may still be opening: the time limit of the function that does it.
const OPENING: Duration = Duration::from_secs(10);
/// The first pause is below this, and each further one below twice the bound before it.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Fanout<'d> {
    delivery: &'d Delivery,
    deadline: Instant,
    retries: AtomicUsize,
    /// The last failure of a post. Those of one fan-out have one reason, more often than not.
    trouble: Mutex<Option<Error>>,
}

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Delivered,
    Gone,
    Left,
}

impl<'d> Fanout<'d> {
    pub(super) fn new(delivery: &'d Delivery, deadline: Instant) -> Self {
        Self { delivery, deadline, retries: AtomicUsize::default(), trouble: Mutex::default() }
    }

    pub(super) async fn run(self, sockets: &[Socket], frames: &[String]) -> Outcome {
        let postable: Vec<&str> =
            frames.iter().map(String::as_str).filter(|frame| frame.len() <= MAX_FRAME_BYTES).collect();
        let mut outcome = Outcome { oversized: frames.len() - postable.len(), ..Outcome::default() };
        let mut seen = HashSet::new();
        let distinct = sockets.iter().filter(|socket| seen.insert(&socket.connection_id));
        let mut lanes: FuturesUnordered<_> = distinct.map(|socket| self.lane(socket, &postable)).collect();
        while let Some((socket, fate)) = lanes.next().await {
            match fate {
                Fate::Delivered => outcome.delivered += 1,
                Fate::Gone => outcome.gone += 1,
                Fate::Left => outcome.left.push(socket.clone()),
            }
        }
        drop(lanes);
        outcome.retries = self.retries.into_inner();
        if !outcome.left.is_empty() {
            let trouble = self.trouble.into_inner().unwrap_or_else(PoisonError::into_inner);
            let cause = trouble.and_then(|error| error.cause_chain());
            tracing::warn!(error.cause = cause, sockets.left = outcome.left.len(), "sockets may lack frames");
        }
        outcome
    }

    /// Ends at the deadline by itself, so that the others need not be looked after.
    async fn lane<'s>(&self, socket: &'s Socket, frames: &[&str]) -> (&'s Socket, Fate) {
        let all = async {
            for frame in frames {
                let fate = self.insist(socket, frame).await;
                if fate != Fate::Delivered {
                    return fate;
                }
            }
            Fate::Delivered
        };
        (socket, timeout_at(self.deadline, all).await.unwrap_or(Fate::Left))
    }

    /// Posts one frame until the connection has it, is gone, or there is no time left for another try.
    async fn insist(&self, socket: &Socket, frame: &str) -> Fate {
        for attempt in 0.. {
            match self.post(socket, frame).await {
                Ok(Posted::Accepted) => return Fate::Delivered,
                Ok(Posted::Gone) if !self.is_opening(socket) => return self.forget(socket).await,
                Ok(Posted::Gone) => {}
                Err(error) if error.retryable() => self.note(error),
                Err(error) => {
                    self.note(error);
                    break;
                }
            }
            let pause = pause(&self.delivery.ambient, attempt);
            if Instant::now() + pause >= self.deadline {
                break;
            }
            sleep(pause).await;
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
        Fate::Left
    }

    /// A slot is held for one post only: a lane that pauses is in nobody's way.
    async fn post(&self, socket: &Socket, frame: &str) -> Result<Posted> {
        let _slot = self.delivery.slots.acquire().await.map_err(Error::internal)?;
        self.delivery.sockets.post(&socket.connection_id, frame).await
    }

    /// API Gateway answers 410 for a socket whose `$connect` has not returned yet, although it will be there in a moment.
    fn is_opening(&self, socket: &Socket) -> bool {
        self.delivery.ambient.now().since(socket.connected_at) < OPENING
    }

    /// A connection that could not be forgotten is left: the next delivery finds it gone once more.
    async fn forget(&self, socket: &Socket) -> Fate {
        match self.delivery.registry.remove(socket.user_id, &socket.connection_id).await {
            Ok(()) => Fate::Gone,
            Err(error) => {
                self.note(error);
                Fate::Left
            }
        }
    }

    fn note(&self, error: Error) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// The pause before a repetition: exponential, with full jitter, so that those who were throttled together do not come
/// back together.
pub(super) fn pause(ambient: &Ambient, attempt: u32) -> Duration {
    let bound = FIRST_PAUSE.saturating_mul(1 << attempt.min(16)).min(LONGEST_PAUSE);
    Duration::from_micros(ambient.below(u32::try_from(bound.as_micros()).unwrap_or(u32::MAX)).into())
}
