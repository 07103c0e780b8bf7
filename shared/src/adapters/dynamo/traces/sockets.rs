//! The registry of sockets, and who watches whom.

use async_trait::async_trait;

use super::super::range::Range;
use super::super::table::Table;
use super::super::{registry, watches};
use super::SOME;
use crate::domain::id::UserId;
use crate::domain::socket::ConnectionId;
use crate::error::Result;
use crate::ports::erasures::{Left, Traces};

/// It comes late: by then `push` has closed the sockets, which it finds in the registry.
#[derive(Clone, Debug)]
pub struct SocketTraces(Table);

impl SocketTraces {
    pub fn new(realtime: Table) -> Self {
        Self(realtime)
    }

    async fn forget_socket(&self, connection_id: &ConnectionId) -> Result<()> {
        let watched = watches::watched_by(&self.0, connection_id).await?;
        let rows = watched.into_iter().map(|other| watches::key(other, connection_id)).collect();
        self.0.write_many(Vec::new(), rows).await?;
        self.0.delete(&registry::connection_key(connection_id)).await
    }
}

#[async_trait]
impl Traces for SocketTraces {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        for connection_id in registry::sockets_in(&self.0, user_id).await? {
            self.forget_socket(&connection_id).await?;
        }
        self.0.delete(&registry::registry_key(user_id)).await?;
        // The list at the socket of whoever watches goes before the row that leads to it.
        let rows = self.0.keys_in(Range::whole(watches::partition(user_id)).limit(SOME)).await?;
        for row in &rows {
            watches::unlist(&self.0, &row.sk, user_id).await?;
        }
        let left = if rows.len() < SOME { Left::Nothing } else { Left::More };
        self.0.write_many(Vec::new(), rows).await?;
        Ok(left)
    }
}
