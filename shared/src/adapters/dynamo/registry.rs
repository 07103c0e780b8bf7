//! The realtime table: live sockets.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::item::{Key, decode, encode, expiring, number, text, value};
use super::table::{Read, Table};
use super::transaction::{Expression, Outcome};
use crate::domain::connection::{Connection, ConnectionId, MAX_AGE, MAX_PER_PERSON};
use crate::domain::id::{SessionId, UserId};
use crate::domain::time::Timestamp;
use crate::error::{Code, Error, Result};
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
struct StoredConnection {
    user_id: UserId,
    #[serde(flatten)]
    socket: StoredSocket,
}

impl DynamoRegistry {
    pub fn new(realtime: Table) -> Self {
        Self(realtime)
    }

    /// Adds to the person's map, which the first socket has to bring along.
    async fn enter(&self, connection: &Connection) -> Result<()> {
        let socket = stored(connection);
        let entry = Expression::new("SET sockets.#id = :socket, expires_at = :expires_at")
            .name("#id", connection.connection_id.as_str())
            .value(":socket", value(&socket)?)
            .value(":expires_at", number((connection.connected_at + MAX_AGE).unix_seconds()));
        let key = registry_key(connection.user_id);
        let update = self.0.transaction().update_if(&self.0, &key, entry, "attribute_exists(pk)");
        if update.commit().await? == Outcome::Committed {
            return Ok(());
        }
        let sockets = HashMap::from([(connection.connection_id.clone(), socket)]);
        let first = encode(&key, &StoredRegistry { user_id: connection.user_id, sockets })?;
        let first = expiring(first, connection.connected_at + MAX_AGE);
        let put = self.0.transaction().put_if(&self.0, first, Expression::new("attribute_not_exists(pk)"));
        match put.commit().await? {
            Outcome::Committed => Ok(()),
            // Another socket of the same person was the first in between; the client simply connects again.
            Outcome::Refused(_) | Outcome::Conflict => Err(Code::Unavailable.into()),
        }
    }

    /// The sockets that have to give way: those whose lease has lapsed, and the oldest of too many live ones.
    async fn surplus(&self, user_id: UserId) -> Result<Vec<ConnectionId>> {
        let now = self.0.now();
        let (mut live, lapsed): (Vec<_>, Vec<_>) =
            self.all_of(user_id).await?.into_iter().partition(|connection| connection.is_live(now));
        live.sort_unstable_by_key(|connection| std::cmp::Reverse(connection.connected_at));
        let surplus = live.into_iter().skip(MAX_PER_PERSON).chain(lapsed);
        Ok(surplus.map(|connection| connection.connection_id).collect())
    }
}

#[async_trait]
impl Registry for DynamoRegistry {
    async fn add(&self, connection: &Connection) -> Result<Vec<ConnectionId>> {
        let stored = StoredConnection { user_id: connection.user_id, socket: stored(connection) };
        let item = encode(&connection_key(&connection.connection_id), &stored)?;
        self.0.put(expiring(item, connection.connected_at + MAX_AGE)).await?;
        self.enter(connection).await?;
        let surplus = self.surplus(connection.user_id).await?;
        for connection_id in &surplus {
            self.remove(connection.user_id, connection_id).await?;
        }
        Ok(surplus)
    }

    async fn find(&self, connection_id: &ConnectionId) -> Result<Option<Connection>> {
        let stored: Option<StoredConnection> = self.0.get(&connection_key(connection_id), Read::Strong).await?;
        Ok(stored.map(|stored| restored(connection_id.clone(), stored.user_id, stored.socket)))
    }

    async fn renew(&self, connection: &Connection, lease_until: Timestamp) -> Result<()> {
        let change = Expression::new("SET sockets.#id.lease_until = :lease_until")
            .name("#id", connection.connection_id.as_str())
            .value(":lease_until", text(lease_until.to_string()));
        let key = registry_key(connection.user_id);
        let update = self.0.transaction().update_if(&self.0, &key, change, "attribute_exists(sockets.#id)");
        match update.commit().await? {
            Outcome::Committed | Outcome::Refused(_) => Ok(()),
            Outcome::Conflict => Err(Error::unavailable("renewing a lease met a conflict")),
        }
    }

    async fn remove(&self, user_id: UserId, connection_id: &ConnectionId) -> Result<()> {
        self.0.delete(&connection_key(connection_id)).await?;
        let change = Expression::new("REMOVE sockets.#id").name("#id", connection_id.as_str());
        let update =
            self.0.transaction().update_if(&self.0, &registry_key(user_id), change, "attribute_exists(sockets.#id)");
        match update.commit().await? {
            Outcome::Committed | Outcome::Refused(_) => Ok(()),
            Outcome::Conflict => Err(Error::unavailable("removing a socket met a conflict")),
        }
    }

    async fn all_of(&self, user_id: UserId) -> Result<Vec<Connection>> {
        let registry: Option<StoredRegistry> = self.0.get(&registry_key(user_id), Read::Strong).await?;
        Ok(registry.map(sockets_of).unwrap_or_default())
    }

    async fn connections_of(&self, user_ids: &[UserId]) -> Result<Vec<Connection>> {
        let keys: Vec<_> = user_ids.iter().copied().map(registry_key).collect();
        let now = self.0.now();
        let items = self.0.get_many(&keys, Read::Strong).await?;
        let registries: Vec<Vec<Connection>> =
            items.into_iter().map(|item| decode(item).map(sockets_of)).collect::<Result<_>>()?;
        Ok(registries.into_iter().flatten().filter(|connection| connection.is_live(now)).collect())
    }
}

fn sockets_of(registry: StoredRegistry) -> Vec<Connection> {
    let StoredRegistry { user_id, sockets } = registry;
    sockets.into_iter().map(|(id, socket)| restored(id, user_id, socket)).collect()
}

fn stored(connection: &Connection) -> StoredSocket {
    StoredSocket {
        session_id: connection.session_id,
        connected_at: connection.connected_at,
        lease_until: connection.lease_until,
    }
}

fn restored(connection_id: ConnectionId, user_id: UserId, socket: StoredSocket) -> Connection {
    let StoredSocket { session_id, connected_at, lease_until } = socket;
    Connection { connection_id, user_id, session_id, connected_at, lease_until }
}

fn registry_key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "REGISTRY")
}

fn connection_key(connection_id: &ConnectionId) -> Key {
    Key::new(format!("CONNECTION#{connection_id}"), "CONNECTION")
}
