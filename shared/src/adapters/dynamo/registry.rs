//! The realtime table: live sockets.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Key, decode, encode, expiring, number, text, value};
use super::table::{Read, Table};
use crate::domain::id::{SessionId, UserId};
use crate::domain::socket::{ConnectionId, MAX_AGE, MAX_PER_PERSON, Socket};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::registry::Registry;

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
    sockets: HashMap<ConnectionId, StoredSocket>,
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
    async fn enter(&self, socket: &Socket) -> Result<()> {
        let entry = stored(socket);
        let key = registry_key(socket.user_id);
        let change = Expression::new("SET sockets.#id = :socket, expires_at = :expires_at")
            .name("#id", socket.connection_id.as_str())
            .value(":socket", value(&entry)?)
            .value(":expires_at", number((socket.connected_at + MAX_AGE).unix_seconds()));
        if self.0.update_if(&key, change.clone(), "attribute_exists(pk)").await?.is_some() {
            return Ok(());
        }
        let sockets = HashMap::from([(socket.connection_id.clone(), entry)]);
        let first = encode(&key, &StoredRegistry { user_id: socket.user_id, sockets })?;
        let first = expiring(first, socket.connected_at + MAX_AGE);
        if self.0.put_if(first, Expression::absent()).await? {
            return Ok(());
        }
        // Another socket of the same person was the first in between: now there is a map to add to.
        match self.0.update_if(&key, change, "attribute_exists(pk)").await? {
            Some(_) => Ok(()),
            None => Err(Error::unavailable("the map of sockets went away while a socket was added")),
        }
    }

    /// The sockets that have to give way: those whose lease has lapsed, and the oldest of too many live ones.
    async fn surplus(&self, user_id: UserId) -> Result<Vec<ConnectionId>> {
        let now = self.0.now();
        let (mut live, lapsed): (Vec<_>, Vec<_>) =
            self.all_of(user_id).await?.into_iter().partition(|socket| socket.is_live(now));
        live.sort_unstable_by_key(|socket| std::cmp::Reverse(socket.connected_at));
        let surplus = live.into_iter().skip(MAX_PER_PERSON).chain(lapsed);
        Ok(surplus.map(|socket| socket.connection_id).collect())
    }
}

#[async_trait]
impl Registry for DynamoRegistry {
    async fn add(&self, socket: &Socket) -> Result<Vec<ConnectionId>> {
        let stored = StoredOwner { user_id: socket.user_id, socket: stored(socket) };
        let item = encode(&connection_key(&socket.connection_id), &stored)?;
        self.0.put(expiring(item, socket.connected_at + MAX_AGE)).await?;
        self.enter(socket).await?;
        let surplus = self.surplus(socket.user_id).await?;
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
        let change = Expression::new("SET sockets.#id.lease_until = :lease_until")
            .name("#id", socket.connection_id.as_str())
            .value(":lease_until", text(lease_until.to_string()));
        // A socket that is gone by now needs no lease.
        self.0.update_if(&registry_key(socket.user_id), change, "attribute_exists(sockets.#id)").await?;
        let change =
            Expression::new("SET lease_until = :lease_until").value(":lease_until", text(lease_until.to_string()));
        self.0.update_if(&connection_key(&socket.connection_id), change, "attribute_exists(pk)").await?;
        Ok(())
    }

    async fn remove(&self, user_id: UserId, connection_id: &ConnectionId) -> Result<()> {
        self.0.delete(&connection_key(connection_id)).await?;
        let change = Expression::new("REMOVE sockets.#id").name("#id", connection_id.as_str());
        self.0.update_if(&registry_key(user_id), change, "attribute_exists(sockets.#id)").await?;
        Ok(())
    }

    async fn all_of(&self, user_id: UserId) -> Result<Vec<Socket>> {
        let registry: Option<StoredRegistry> = self.0.get(&registry_key(user_id), Read::Strong).await?;
        Ok(registry.map(sockets_of).unwrap_or_default())
    }

    async fn live_sockets_of(&self, user_ids: &[UserId]) -> Result<Vec<Socket>> {
        let keys: Vec<_> = user_ids.iter().copied().map(registry_key).collect();
        let now = self.0.now();
        let items = self.0.get_many(&keys, Read::Strong).await?;
        let registries: Vec<Vec<Socket>> =
            items.into_iter().map(|item| decode(item).map(sockets_of)).collect::<Result<_>>()?;
        Ok(registries.into_iter().flatten().filter(|socket| socket.is_live(now)).collect())
    }
}

fn sockets_of(registry: StoredRegistry) -> Vec<Socket> {
    let StoredRegistry { user_id, sockets } = registry;
    sockets.into_iter().map(|(id, socket)| restored(id, user_id, socket)).collect()
}

fn stored(socket: &Socket) -> StoredSocket {
    StoredSocket { session_id: socket.session_id, connected_at: socket.connected_at, lease_until: socket.lease_until }
}

fn restored(connection_id: ConnectionId, user_id: UserId, socket: StoredSocket) -> Socket {
    let StoredSocket { session_id, connected_at, lease_until } = socket;
    Socket { connection_id, user_id, session_id, connected_at, lease_until }
}

fn registry_key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "REGISTRY")
}

fn connection_key(connection_id: &ConnectionId) -> Key {
    Key::new(format!("CONNECTION#{connection_id}"), "CONNECTION")
}
