//! Live sockets: whose they are and until when they are believed to be alive.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::hex;
use super::id::{SessionId, UserId};
use super::time::Timestamp;

/// A socket that was not heard of for this long counts as gone. Clients ping every four minutes, API Gateway cuts an
/// idle socket after ten.
pub const LEASE: Duration = Duration::from_mins(9);
/// API Gateway ends every socket after two hours; what is stored about one need not live much longer.
pub const MAX_AGE: Duration = Duration::from_mins(130);
/// Sockets of one person; the oldest gives way to the newest.
pub const MAX_PER_PERSON: usize = 10;
/// How long a ticket waits for its socket.
pub const TICKET_LIFETIME: Duration = Duration::from_secs(30);

/// The name that API Gateway gives a socket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnectionId(String);

impl ConnectionId {
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    pub connection_id: ConnectionId,
    pub user_id: UserId,
    pub session_id: SessionId,
    pub connected_at: Timestamp,
    pub lease_until: Timestamp,
}

impl Socket {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.lease_until > now
    }
}

/// What opens one socket once: 256 random bits in base64url, stored as a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket(String);

impl Ticket {
    pub fn new(entropy: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(entropy))
    }

    pub fn from_client(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text for the client; the only way it leaves this type.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> String {
        hex::encode(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref())
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(…)")
    }
}

/// Who a ticket was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketHolder {
    pub user_id: UserId,
    pub session_id: SessionId,
}
