//! The far ends of live sockets.

use async_trait::async_trait;

use crate::domain::socket::ConnectionId;
use crate::error::Result;

/// API Gateway closes the receiving socket, with 1009, when a frame is larger than this many bytes.
pub const MAX_FRAME_BYTES: usize = 32 * 1024;

/// What became of a frame. [`Gone`](Self::Gone) is about that one socket, never about its owner: it has ended, or is still
/// opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    Accepted,
    Gone,
}

#[async_trait]
pub trait Sockets: Send + Sync {
    /// Hands a frame of at most [`MAX_FRAME_BYTES`] to a socket, and answers within seconds whatever the other side does.
    ///
    /// An error that is [retryable](crate::error::Error::retryable) (throttled, out of order, not to be reached, no answer
    /// in time) says that the same frame may get through later, or has arrived all the same; any other one that it never
    /// will, such as for want of a permission.
    async fn post(&self, connection_id: &ConnectionId, frame: &str) -> Result<Posted>;

    /// Closes a socket. Closing one that is gone is no error.
    async fn close(&self, connection_id: &ConnectionId) -> Result<()>;
}
