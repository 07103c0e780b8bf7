//! A registry and the far ends of its sockets, which do what a test scripts.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::task::yield_now;

use crate::delivery::{Delivery, PromisedDelivery};
use crate::domain::id::{ConversationId, Id, SessionId, UserId};
use crate::domain::outbox::{Effect, OutboxEntry, PushEffect};
use crate::domain::socket::{ConnectionId, Socket};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::ambient::{Ambient, Clock, Rng};
use crate::ports::outbox::{LeftOver, Outbox};
use crate::ports::registry::Registry;
use crate::ports::sockets::{Posted, Sockets};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);
/// A number that is almost a multiple of every bound of a pause: it draws pauses of 8 ms and less.
const SHORT_PAUSES: u8 = 242;

/// What a socket does with a post.
#[derive(Clone, Copy)]
pub(super) enum Does {
    Accept,
    Throttle,
    Refuse,
    BeGone,
    Stall,
    /// Accepts once the test opens the gate.
    AwaitGate,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) people: Mutex<Vec<Socket>>,
    /// What each connection does next; the last one is done for ever. Those that are not in here accept.
    scripts: Mutex<HashMap<String, VecDeque<Does>>>,
    /// Whom a post is under way to.
    busy: Mutex<BTreeSet<String>>,
    pub(super) most_at_once: watch::Sender<usize>,
    pub(super) gate: watch::Sender<bool>,
    /// What was accepted, by whom.
    heard: watch::Sender<Vec<(String, String)>>,
    pub(super) removed: Mutex<Vec<String>>,
    pub(super) closed: Mutex<Vec<String>>,
    pub(super) finished: Mutex<usize>,
    pub(super) handed_over: Mutex<Vec<OutboxEntry>>,
    pub(super) registry_is_down: Mutex<bool>,
}

pub(super) fn person(number: u8) -> UserId {
    UserId::from_parts(NOW, [number; 10])
}

pub(super) fn session(number: u8) -> SessionId {
    SessionId::from_parts(NOW, [number; 10])
}

pub(super) fn entry() -> OutboxEntry {
    let conversation_id = ConversationId::from_parts(NOW, [9; 10]);
    let effect = PushEffect::MessageNew { conversation_id, first: 1, last: 1, left: None };
    ambient(1).promise(Effect::Push(effect))
}

pub(super) fn frames(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The connections of some sockets.
pub(super) fn names(sockets: &[Socket]) -> Vec<&str> {
    sockets.iter().map(|socket| socket.connection_id.as_str()).collect()
}

/// Noon, and a chance that is always the same.
pub(super) fn ambient(chance: u8) -> Ambient {
    Ambient::new(Arc::new(Noon), Arc::new(Always(chance)))
}

impl World {
    /// An old socket of each, named after its owner's number and a letter.
    pub(super) fn of(connections: &[&str]) -> Arc<Self> {
        let world = Self::default();
        for name in connections {
            world.connect(name, Duration::from_hours(1));
        }
        Arc::new(world)
    }

    pub(super) fn connect(&self, name: &str, ago: Duration) {
        let number = name.trim_end_matches(char::is_alphabetic).parse().unwrap_or_default();
        let ago = u64::try_from(ago.as_millis()).unwrap();
        self.people.lock().unwrap().push(Socket {
            connection_id: ConnectionId::new(name),
            user_id: person(number),
            session_id: session(number),
            connected_at: Timestamp::from_unix_millis(NOW.unix_millis() - ago),
            lease_until: Timestamp::MAX,
        });
    }

    pub(super) fn script(&self, name: &str, does: impl IntoIterator<Item = Does>) {
        self.scripts.lock().unwrap().insert(name.to_owned(), does.into_iter().collect());
    }

    pub(super) fn delivery(self: &Arc<Self>, deadline: Duration) -> Delivery {
        Delivery::new(self.clone(), self.clone(), ambient(SHORT_PAUSES)).within(deadline)
    }

    pub(super) fn promised(self: &Arc<Self>, deadline: Duration) -> PromisedDelivery {
        PromisedDelivery::new(self.delivery(deadline), self.clone())
    }

    pub(super) fn sockets(&self) -> Vec<Socket> {
        self.people.lock().unwrap().clone()
    }

    /// What this connection has accepted, in order.
    pub(super) fn heard_by(&self, name: &str) -> Vec<String> {
        let heard = self.heard.borrow();
        heard.iter().filter(|(whose, _)| whose == name).map(|(_, frame)| frame.clone()).collect()
    }

    /// Waits until so many frames were accepted.
    pub(super) async fn until_heard(&self, count: usize) {
        self.heard.subscribe().wait_for(|heard| heard.len() >= count).await.unwrap();
    }

    fn next(&self, name: &str) -> Does {
        let mut scripts = self.scripts.lock().unwrap();
        let Some(script) = scripts.get_mut(name) else { return Does::Accept };
        if script.len() > 1 { script.pop_front().unwrap() } else { script[0] }
    }

    fn up(&self) -> Result<()> {
        if *self.registry_is_down.lock().unwrap() { Err(Error::unavailable("down")) } else { Ok(()) }
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// A source of chance that has only one number.
struct Always(u8);

impl Rng for Always {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

/// Notes that a post is under way, until it is answered or given up.
struct UnderWay<'w>(&'w World, String);

impl<'w> UnderWay<'w> {
    fn begin(world: &'w World, name: &str) -> Self {
        let mut busy = world.busy.lock().unwrap();
        assert!(busy.insert(name.to_owned()), "two posts to {name} at the same time");
        world.most_at_once.send_modify(|most| *most = busy.len().max(*most));
        Self(world, name.to_owned())
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.busy.lock().unwrap().remove(&self.1);
    }
}

#[async_trait]
impl Sockets for World {
    async fn post(&self, connection_id: &ConnectionId, frame: &str) -> Result<Posted> {
        let name = connection_id.as_str();
        let _under_way = UnderWay::begin(self, name);
        yield_now().await;
        match self.next(name) {
            Does::Accept => {
                self.heard.send_modify(|heard| heard.push((name.to_owned(), frame.to_owned())));
                Ok(Posted::Accepted)
            }
            Does::Throttle => Err(Error::unavailable("LimitExceeded")),
            Does::Refuse => Err(Error::internal("forbidden")),
            Does::BeGone => Ok(Posted::Gone),
            Does::Stall => std::future::pending().await,
            Does::AwaitGate => {
                self.gate.subscribe().wait_for(|is_open| *is_open).await.unwrap();
                Ok(Posted::Accepted)
            }
        }
    }

    async fn close(&self, connection_id: &ConnectionId) -> Result<()> {
        self.closed.lock().unwrap().push(connection_id.to_string());
        Ok(())
    }
}

#[async_trait]
impl Registry for World {
    async fn add(&self, _: &Socket) -> Result<Vec<ConnectionId>> {
        unreachable!("nobody connects")
    }

    async fn find(&self, connection_id: &ConnectionId) -> Result<Option<Socket>> {
        Ok(self.sockets().into_iter().find(|socket| socket.connection_id == *connection_id))
    }

    async fn renew(&self, _: &Socket, _: Timestamp) -> Result<()> {
        unreachable!("nobody speaks")
    }

    async fn remove(&self, user_id: UserId, connection_id: &ConnectionId) -> Result<()> {
        self.up()?;
        let is_theirs = |socket: &Socket| socket.user_id == user_id && socket.connection_id == *connection_id;
        assert!(self.people.lock().unwrap().iter().any(is_theirs), "{connection_id} is somebody else's");
        self.removed.lock().unwrap().push(connection_id.to_string());
        Ok(())
    }

    async fn all_of(&self, user_id: UserId) -> Result<Vec<Socket>> {
        self.live_sockets_of(&[user_id]).await
    }

    async fn live_sockets_of(&self, user_ids: &[UserId]) -> Result<Vec<Socket>> {
        self.up()?;
        Ok(self.sockets().into_iter().filter(|socket| user_ids.contains(&socket.user_id)).collect())
    }
}

#[async_trait]
impl Outbox for World {
    async fn finish(&self, _: &OutboxEntry) -> Result<()> {
        *self.finished.lock().unwrap() += 1;
        Ok(())
    }

    async fn hand_over(&self, entry: &OutboxEntry) -> Result<()> {
        self.handed_over.lock().unwrap().push(entry.clone());
        Ok(())
    }

    async fn left_over(&self, _: u64) -> Result<LeftOver> {
        unreachable!("nobody sweeps")
    }
}
