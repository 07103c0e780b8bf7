//! The realtime table: live sockets.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, encode, expiring, number, text, value};
use super::range::{Index, Range};
use super::table::{Read, Table};
use crate::domain::id::{SessionId, UserId};
use crate::domain::presence::Presence;
use crate::domain::socket::{ConnectionId, MAX_AGE, MAX_PER_PERSON, Socket};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::registry::{PresenceBoard, Registry};

/// People by the end of their last lease; who has no socket is not in it.
const LEASES: Index = Index { name: "leases", pk: "lease_pk", sk: "lease_until" };
/// The index is spread over this many partitions.
const SHARDS: u8 = 8;
/// For how long it is known when somebody was seen last.
const MEMORY: Duration = Duration::from_hours(30 * 24);
/// Takes somebody out of the index.
const GONE: &str = "REMOVE lease_until, lease_pk";
/// How often a change of a person's leases is made anew when their sockets come and go at the same moment.
const ROUNDS: usize = 5;

#[derive(Clone, Debug)]
pub struct DynamoRegistry(Table);

/// One entry in the map of a person's sockets.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct StoredSocket {
    session_id: SessionId,
    connected_at: Timestamp,
    lease_until: Timestamp,
}

/// `USER#u` / `REGISTRY`
#[derive(Serialize, Deserialize)]
struct StoredRegistry {
    user_id: UserId,
    sockets: BTreeMap<ConnectionId, StoredSocket>,
    #[serde(default)]
    seen_at: Option<Timestamp>,
    #[serde(default)]
    is_told_online: bool,
    #[serde(default)]
    version: u64,
}

/// `CONNECTION#id` / `CONNECTION`
#[derive(Serialize, Deserialize)]
struct StoredOwner {
    user_id: UserId,
    #[serde(flatten)]
    socket: StoredSocket,
}

impl DynamoRegistry {
    pub fn new(realtime: Table) -> Self {
        Self(realtime)
    }

    /// Adds to the person's map, which the first socket has to bring along.
    async fn enter(&self, socket: &Socket) -> Result<Item> {
        let key = registry_key(socket.user_id);
        let change = seen(socket.connected_at, socket.lease_until, "sockets.#id = :socket")
            .name("#id", socket.connection_id.as_str())
            .value(":socket", value(&stored(socket))?)
            .value(":expires_at", number((socket.connected_at + MEMORY).unix_seconds()))
            .value(":pk", text(shard(socket.user_id)));
        let change = change.extended("expires_at = :expires_at, lease_pk = :pk");
        for _ in 0..ROUNDS {
            if let Some(item) = self.0.update_if(&key, change.clone(), "attribute_exists(pk)").await? {
                return Ok(item);
            }
            let nobody = StoredRegistry {
                user_id: socket.user_id,
                sockets: BTreeMap::new(),
                seen_at: None,
                is_told_online: false,
                version: 0,
            };
            // If another socket of the same person is the first in between, there is a map to add to.
            self.0.put_if(expiring(encode(&key, &nobody)?, socket.connected_at + MEMORY), Expression::absent()).await?;
        }
        Err(Error::unavailable("the map of sockets went away while a socket was added"))
    }

    /// Keeps the end of the last lease in step with the sockets that are left.
    async fn shorten(&self, mut item: Item) -> Result<()> {
        for _ in 0..ROUNDS {
            let registry: StoredRegistry = decode(item)?;
            let key = registry_key(registry.user_id);
            let last = registry.sockets.values().map(|socket| socket.lease_until).max();
            // Whoever was told to be there stays in the index until the contrary was told, to be found by a sweep.
            let last = last.or_else(|| registry.is_told_online.then(|| self.0.now()));
            let change = match last {
                Some(last) => Expression::new("SET lease_until = :last").value(":last", text(last.to_string())),
                None => Expression::new(GONE),
            };
            let change = change.name("#version", "version").value(":version", number(registry.version));
            if self.0.update_if(&key, change, "#version = :version").await?.is_some() {
                return Ok(());
            }
            let Some(now) = self.0.get_item(&key, Read::Strong).await? else { return Ok(()) };
            item = now;
        }
        // Whoever was faster so often has left it right, or the lease lapses by itself.
        Ok(())
    }

    async fn registries(&self, user_ids: &[UserId]) -> Result<Vec<StoredRegistry>> {
        let keys: Vec<_> = user_ids.iter().copied().map(registry_key).collect();
        self.0.get_many(&keys, Read::Strong).await?.into_iter().map(decode).collect()
    }
}

/// A change by which the person is seen, with what else it sets.
fn seen(now: Timestamp, lease_until: Timestamp, sets: &str) -> Expression {
    Expression::new(&format!("ADD #version :one SET seen_at = :now, lease_until = :lease_until, {sets}"))
        .name("#version", "version")
        .value(":one", number(1_u32))
        .value(":now", text(now.to_string()))
        .value(":lease_until", text(lease_until.to_string()))
}

/// The sockets that have to give way: those whose lease has lapsed, and the oldest of too many live ones.
fn surplus(item: &Item, now: Timestamp) -> Result<Vec<ConnectionId>> {
    let sockets = sockets_of(decode(item.clone())?);
    let (mut live, lapsed): (Vec<_>, Vec<_>) = sockets.into_iter().partition(|socket| socket.is_live(now));
    live.sort_unstable_by_key(|socket| std::cmp::Reverse(socket.connected_at));
    let surplus = live.into_iter().skip(MAX_PER_PERSON).chain(lapsed);
    Ok(surplus.map(|socket| socket.connection_id).collect())
}

#[async_trait]
impl Registry for DynamoRegistry {
    async fn add(&self, socket: &Socket) -> Result<Vec<ConnectionId>> {
        let stored = StoredOwner { user_id: socket.user_id, socket: stored(socket) };
        let item = encode(&connection_key(&socket.connection_id), &stored)?;
        self.0.put(expiring(item, socket.connected_at + MAX_AGE)).await?;
        let surplus = surplus(&self.enter(socket).await?, self.0.now())?;
        for connection_id in &surplus {
            self.remove(socket.user_id, connection_id).await?;
        }
        Ok(surplus)
    }

    async fn find(&self, connection_id: &ConnectionId) -> Result<Option<Socket>> {
        let stored: Option<StoredOwner> = self.0.get(&connection_key(connection_id), Read::Strong).await?;
        Ok(stored.map(|stored| restored(connection_id.clone(), stored.user_id, stored.socket)))
    }

    async fn renew(&self, socket: &Socket, lease_until: Timestamp) -> Result<()> {
        let change = seen(self.0.now(), lease_until, "sockets.#id.lease_until = :lease_until")
            .name("#id", socket.connection_id.as_str());
        // A socket that is gone by now needs no lease.
        self.0.update_if(&registry_key(socket.user_id), change, "attribute_exists(sockets.#id)").await?;
        let change =
            Expression::new("SET lease_until = :lease_until").value(":lease_until", text(lease_until.to_string()));
        self.0.update_if(&connection_key(&socket.connection_id), change, "attribute_exists(pk)").await?;
        Ok(())
    }

    async fn remove(&self, user_id: UserId, connection_id: &ConnectionId) -> Result<()> {
        self.0.delete(&connection_key(connection_id)).await?;
        let change = Expression::new("ADD #version :one REMOVE sockets.#id")
            .name("#version", "version")
            .name("#id", connection_id.as_str())
            .value(":one", number(1_u32));
        let left = self.0.update_if(&registry_key(user_id), change, "attribute_exists(sockets.#id)").await?;
        match left {
            Some(item) => self.shorten(item).await,
            None => Ok(()),
        }
    }

    async fn all_of(&self, user_id: UserId) -> Result<Vec<Socket>> {
        let registry: Option<StoredRegistry> = self.0.get(&registry_key(user_id), Read::Strong).await?;
        Ok(registry.map(sockets_of).unwrap_or_default())
    }

    async fn live_sockets_of(&self, user_ids: &[UserId]) -> Result<Vec<Socket>> {
        let now = self.0.now();
        let sockets = self.registries(user_ids).await?.into_iter().flat_map(sockets_of);
        Ok(sockets.filter(|socket| socket.is_reachable(now)).collect())
    }
}

#[async_trait]
impl PresenceBoard for DynamoRegistry {
    async fn presences_of(&self, user_ids: &[UserId]) -> Result<Vec<Presence>> {
        let now = self.0.now();
        let presence = |registry: StoredRegistry| {
            let (user_id, seen_at) = (registry.user_id, registry.seen_at);
            let (is_told_online, version) = (registry.is_told_online, registry.version);
            Presence { is_told_online, version, ..Presence::of(user_id, &sockets_of(registry), seen_at, now) }
        };
        let known: Vec<Presence> = self.registries(user_ids).await?.into_iter().map(presence).collect();
        let find = |user_id: &UserId| known.iter().find(|presence| presence.user_id == *user_id).cloned();
        Ok(user_ids.iter().map(|user_id| find(user_id).unwrap_or(Presence::unknown(*user_id))).collect())
    }

    async fn note_told(&self, presence: &Presence) -> Result<bool> {
        let gone = if presence.is_online { "" } else { GONE };
        let change = Expression::new(&format!("SET is_told_online = :told {gone}"))
            .name("#version", "version")
            .value(":told", value(&presence.is_online)?)
            .value(":version", number(presence.version));
        let noted = self.0.update_if(&registry_key(presence.user_id), change, "#version = :version").await?;
        Ok(noted.is_some())
    }

    async fn count_online(&self) -> Result<u64> {
        let now = self.0.now().to_string();
        let shards = (0..SHARDS).map(|shard| {
            let range = Range::between(format!("LEASE#{shard}"), now.clone(), "9").index(LEASES).unlimited();
            self.0.count_in(range)
        });
        Ok(try_join_all(shards).await?.into_iter().sum())
    }

    async fn lapsed(&self, limit: usize) -> Result<Vec<UserId>> {
        let now = self.0.now().to_string();
        let shards = (0..SHARDS).map(|shard| {
            let range = Range::between(format!("LEASE#{shard}"), "0", now.clone()).index(LEASES).limit(limit);
            self.0.query(range)
        });
        let items = try_join_all(shards).await?.into_iter().flatten();
        Ok(items.filter_map(|item| owner(&item)).take(limit).collect())
    }
}

/// Whose registry a line of the index is about.
fn owner(item: &Item) -> Option<UserId> {
    item.get("pk")?.as_s().ok()?.strip_prefix("USER#")?.parse().ok()
}

fn shard(user_id: UserId) -> String {
    format!("LEASE#{}", user_id.as_uuid().as_bytes()[15] % SHARDS)
}

fn sockets_of(registry: StoredRegistry) -> Vec<Socket> {
    let StoredRegistry { user_id, sockets, .. } = registry;
    sockets.into_iter().map(|(id, socket)| restored(id, user_id, socket)).collect()
}

fn stored(socket: &Socket) -> StoredSocket {
    StoredSocket { session_id: socket.session_id, connected_at: socket.connected_at, lease_until: socket.lease_until }
}

fn restored(connection_id: ConnectionId, user_id: UserId, socket: StoredSocket) -> Socket {
    let StoredSocket { session_id, connected_at, lease_until } = socket;
    Socket { connection_id, user_id, session_id, connected_at, lease_until }
}

/// All sockets of a person that the registry knows.
pub(super) async fn sockets_in(realtime: &Table, user_id: UserId) -> Result<Vec<ConnectionId>> {
    let registry: Option<StoredRegistry> = realtime.get(&registry_key(user_id), Read::Strong).await?;
    Ok(registry.map(|registry| registry.sockets.into_keys().collect()).unwrap_or_default())
}

pub(super) fn registry_key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "REGISTRY")
}

pub(super) fn connection_key(connection_id: &ConnectionId) -> Key {
    Key::new(format!("CONNECTION#{connection_id}"), "CONNECTION")
}
