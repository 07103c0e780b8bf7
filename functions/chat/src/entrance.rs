//! The way to a socket.

use std::sync::Arc;

use shared::ports::registry::Tickets;

#[derive(Clone)]
pub struct Entrance {
    pub tickets: Arc<dyn Tickets>,
    /// Where sockets are opened.
    pub url: String,
}
