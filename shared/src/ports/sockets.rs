//! The far ends of live sockets.

use async_trait::async_trait;

use crate::domain::socket::ConnectionId;
use crate::error::Result;

/// What became of a frame. [`Gone`](Self::Gone) is about that one socket, never about its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    Accepted,
    Gone,
}

#[async_trait]
pub trait Sockets: Send + Sync {
    /// Hands a frame to a socket. An error says that the same frame may get through later.
    async fn post(&self, connection_id: &ConnectionId, frame: &str) -> Result<Posted>;

    /// Closes a socket. Closing one that is gone is no error.
    async fn close(&self, connection_id: &ConnectionId) -> Result<()>;
}
