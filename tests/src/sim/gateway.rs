//! API Gateway and the wires to its clients: connections that are cut with and without anybody noticing, buffers that
//! fill up, frames that come late, twice, or in another order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use shared::domain::socket::{ConnectionId, LIFETIME};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::sockets::{Posted, Sockets};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::spawn_local;
use tokio::time::sleep;

use super::world::{Plant, World};

/// What API Gateway waits for a connection to be used.
const IDLE: Duration = Duration::from_mins(10);
/// How long a full buffer stays full.
const STALL: Duration = Duration::from_secs(5);

/// The frames that reach a client; it ends when the connection does.
pub(super) type Incoming = UnboundedReceiver<String>;

#[derive(Clone)]
pub(super) struct Gateway {
    world: Arc<World>,
    lines: Arc<Mutex<BTreeMap<ConnectionId, Line>>>,
}

struct Line {
    to_client: UnboundedSender<String>,
    /// Nothing gets through any more, and neither side knows.
    is_cut: bool,
    opened_at: Timestamp,
    used_at: Timestamp,
    full_until: Timestamp,
}

impl Gateway {
    pub(super) fn new(world: Arc<World>) -> Self {
        Self { world, lines: Arc::default() }
    }

    /// A connection that asks for admission.
    pub(super) fn knock(&self) -> ConnectionId {
        ConnectionId::new(format!("{:012x}=", self.world.below(1 << 48)))
    }

    /// The connection is open from now on.
    pub(super) fn open(&self, id: &ConnectionId) -> Incoming {
        let (to_client, incoming) = unbounded_channel();
        let now = self.world.now();
        let full_until = Timestamp::default();
        let line = Line { to_client, is_cut: false, opened_at: now, used_at: now, full_until };
        self.lines.lock().unwrap().insert(id.clone(), line);
        incoming
    }

    pub(super) fn is_open(&self, id: &ConnectionId) -> bool {
        self.lines.lock().unwrap().contains_key(id)
    }

    /// Whether a frame that is posted now would arrive.
    pub(super) fn reaches(&self, id: &ConnectionId) -> bool {
        self.lines.lock().unwrap().get(id).is_some_and(|line| !line.is_cut)
    }

    /// What ends a connection by itself: silence, and age.
    pub(super) fn ends_of(&self, id: &ConnectionId) -> Option<Timestamp> {
        let lines = self.lines.lock().unwrap();
        lines.get(id).map(|line| (line.used_at + IDLE).min(line.opened_at + LIFETIME))
    }

    /// The connection is over for both sides.
    pub(super) fn hang_up(&self, id: &ConnectionId) {
        self.lines.lock().unwrap().remove(id);
    }

    /// The client sends something. Nothing if it does not get through.
    pub(super) fn takes_from_client(&self, id: &ConnectionId) -> bool {
        self.weather_passes(id);
        let now = self.world.now();
        let mut lines = self.lines.lock().unwrap();
        let line = lines.get_mut(id).filter(|line| !line.is_cut);
        line.map(|line| line.used_at = now).is_some()
    }

    /// A frame on its way to the client. On a connection that was cut it is lost.
    pub(super) fn carry(&self, id: &ConnectionId, frame: &str) {
        let now = self.world.now();
        let to_client = {
            let mut lines = self.lines.lock().unwrap();
            let Some(line) = lines.get_mut(id) else { return };
            line.used_at = now;
            // Only a weak sender is under way: what is in flight when the connection ends does not arrive.
            if line.is_cut { None } else { Some(line.to_client.downgrade()) }
        };
        let copies = if self.world.strikes(|weather| weather.double) { 2 } else { 1 };
        for _ in 0..copies {
            let (world, frame) = (self.world.clone(), frame.to_owned());
            let Some(to_client) = to_client.clone() else { return };
            spawn_local(async move {
                sleep(Duration::from_millis(1 + world.below(400))).await;
                if let Some(to_client) = to_client.upgrade() {
                    to_client.send(frame).ok();
                }
            });
        }
    }

    /// Cuts the connection if it is that kind of a day.
    fn weather_passes(&self, id: &ConnectionId) {
        if self.world.strikes(|weather| weather.cut) {
            if self.world.strikes(|weather| weather.unnoticed) {
                if let Some(line) = self.lines.lock().unwrap().get_mut(id) {
                    line.is_cut = true;
                }
            } else {
                self.hang_up(id);
            }
        }
    }

    fn is_full(&self, id: &ConnectionId) -> bool {
        let now = self.world.now();
        let fills_up = self.world.strikes(|weather| weather.stall);
        let mut lines = self.lines.lock().unwrap();
        let Some(line) = lines.get_mut(id) else { return false };
        if fills_up {
            line.full_until = now + STALL;
        }
        line.full_until > now
    }
}

#[async_trait]
impl Sockets for Gateway {
    async fn post(&self, connection_id: &ConnectionId, frame: &str) -> Result<Posted> {
        self.world.step().await;
        self.weather_passes(connection_id);
        if !self.is_open(connection_id) {
            return Ok(Posted::Gone);
        }
        if self.world.strikes(|weather| weather.throttle) {
            return match self.world.plant {
                Some(Plant::DropOnThrottle) => Ok(Posted::Accepted),
                _ => Err(Error::unavailable("LimitExceeded")),
            };
        }
        if self.is_full(connection_id) {
            sleep(STALL).await;
            return Err(Error::unavailable("the client takes nothing"));
        }
        self.carry(connection_id, frame);
        self.world.note("post");
        self.world.step().await;
        if self.world.strikes(|weather| weather.lose_answer) {
            return Err(Error::unavailable("the weather has taken the answer"));
        }
        Ok(Posted::Accepted)
    }

    async fn close(&self, connection_id: &ConnectionId) -> Result<()> {
        self.world.step().await;
        self.hang_up(connection_id);
        Ok(())
    }
}
