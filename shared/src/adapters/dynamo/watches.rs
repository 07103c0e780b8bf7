//! Who watches whom, in the realtime table: a row under the one who is watched, and the list of these rows at the socket.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, encode, expiring, value};
use super::range::Range;
use super::registry::connection_key;
use super::table::{Read, Table};
use crate::domain::id::UserId;
use crate::domain::presence::Watcher;
use crate::domain::socket::{ConnectionId, MAX_AGE, Socket};
use crate::error::{Error, Result};
use crate::ports::registry::Watches;

/// The attribute of `CONNECTION#id` / `CONNECTION` that lists whom the socket watches.
const WATCHED: &str = "watched";

#[derive(Clone, Debug)]
pub struct DynamoWatches(Table);

/// `WATCH#u` / `<connection id>`
#[derive(Serialize, Deserialize)]
struct StoredWatch {
    user_id: UserId,
    connection_id: ConnectionId,
}

impl From<StoredWatch> for Watcher {
    fn from(StoredWatch { user_id, connection_id }: StoredWatch) -> Self {
        Self { user_id, connection_id }
    }
}

#[derive(Default, Deserialize)]
struct StoredList {
    #[serde(default)]
    watched: Vec<UserId>,
}

impl DynamoWatches {
    pub fn new(realtime: Table) -> Self {
        Self(realtime)
    }
}

#[async_trait]
impl Watches for DynamoWatches {
    /// The rows come before the list: what is in the list only is taken back in vain, what is a row only lapses with its
    /// time, or when it is found that its socket has ended.
    async fn watch(&self, socket: &Socket, user_ids: &[UserId]) -> Result<()> {
        let own = connection_key(&socket.connection_id);
        let before: Option<StoredList> = self.0.get(&own, Read::Strong).await?;
        let before = before.unwrap_or_default().watched;
        let row = |user_id: &UserId| {
            let watch = StoredWatch { user_id: socket.user_id, connection_id: socket.connection_id.clone() };
            encode(&key(*user_id, &socket.connection_id), &watch)
                .map(|item| expiring(item, socket.connected_at + MAX_AGE))
        };
        let rows: Vec<Item> = user_ids.iter().map(row).collect::<Result<_>>()?;
        let over = before.iter().filter(|user_id| !user_ids.contains(user_id));
        let over = over.map(|user_id| key(*user_id, &socket.connection_id)).collect();
        self.0.write_many(rows, over).await?;
        let list = Expression::new("SET #watched = :list").name("#watched", WATCHED).value(":list", value(&user_ids)?);
        self.0.update_if(&own, list, "attribute_exists(pk)").await?;
        Ok(())
    }

    async fn watchers_of(&self, user_id: UserId, limit: usize) -> Result<Vec<Watcher>> {
        let items = self.0.query(Range::whole(partition(user_id)).strong().limit(limit)).await?.into_iter();
        items.map(|item| decode::<StoredWatch>(item).map(Watcher::from)).collect()
    }

    async fn forget(&self, user_id: UserId, watchers: &[Watcher]) -> Result<()> {
        let gone = watchers.iter().map(|watcher| key(user_id, &watcher.connection_id)).collect();
        self.0.write_many(Vec::new(), gone).await
    }
}

/// The sockets by which people watch somebody, and whose they are.
pub(super) async fn all_watchers(realtime: &Table, watched: UserId) -> Result<Vec<Watcher>> {
    let items = realtime.query(Range::whole(partition(watched)).strong().unlimited()).await?.into_iter();
    items.map(|item| decode::<StoredWatch>(item).map(Watcher::from)).collect()
}

/// Rows by which sockets of somebody watch another one.
pub(super) async fn rows_of(realtime: &Table, user_id: UserId, other: UserId) -> Result<Vec<Key>> {
    let watchers = all_watchers(realtime, other).await?.into_iter();
    let theirs = watchers.filter(|watcher| watcher.user_id == user_id);
    Ok(theirs.map(|watcher| key(other, &watcher.connection_id)).collect())
}

/// Whom a socket watches.
pub(super) async fn watched_by(realtime: &Table, connection_id: &ConnectionId) -> Result<Vec<UserId>> {
    let list: Option<StoredList> = realtime.get(&connection_key(connection_id), Read::Strong).await?;
    Ok(list.unwrap_or_default().watched)
}

/// Takes somebody out of the list of a socket that watches them. One that watches others meanwhile has written a new list,
/// in which they may still be, and is asked again.
pub(super) async fn unlist(realtime: &Table, connection_id: &str, watched: UserId) -> Result<()> {
    let connection_id = ConnectionId::new(connection_id);
    let before = watched_by(realtime, &connection_id).await?;
    if !before.contains(&watched) {
        return Ok(());
    }
    let after: Vec<UserId> = before.iter().copied().filter(|person| *person != watched).collect();
    let change = Expression::new("SET #watched = :after")
        .name("#watched", WATCHED)
        .value(":after", value(&after)?)
        .value(":before", value(&before)?);
    match realtime.update_if(&connection_key(&connection_id), change, "#watched = :before").await? {
        Some(_) => Ok(()),
        None => Err(Error::unavailable("a socket changes whom it watches")),
    }
}

pub(super) fn key(user_id: UserId, connection_id: &ConnectionId) -> Key {
    Key::new(partition(user_id), connection_id.as_str())
}

pub(super) fn partition(user_id: UserId) -> String {
    format!("WATCH#{user_id}")
}
