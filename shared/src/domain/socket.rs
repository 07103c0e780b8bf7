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
/// After how much silence a client pings.
pub const PING: Duration = Duration::from_mins(4);
/// API Gateway ends every socket after two hours.
pub const LIFETIME: Duration = Duration::from_hours(2);
/// What is stored about a socket need not live much longer than the socket.
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

/// From this age on a socket is asked to make room for another one, which leaves room for two pings before its end.
const RECONNECT_FROM: Duration = Duration::from_mins(100);
/// Sockets that were opened in one moment are not asked in one moment.
const RECONNECT_SPREAD: u64 = 10 * 60;
/// A lease is worth renewing when this much of it is over; frames that follow each other closely cost no writes.
const RENEW_AFTER: Duration = Duration::from_mins(1);

/// How far the clocks of two functions may differ.
const CLOCK_SKEW: Duration = Duration::from_secs(10);

impl Socket {
    /// The lease that a frame gives at `now`: never beyond the end of the socket.
    pub fn lease_from(&self, now: Timestamp) -> Timestamp {
        (now + LEASE).min(self.ends_at())
    }

    pub fn wants_renewal(&self, now: Timestamp) -> bool {
        now + LEASE > self.lease_until + RENEW_AFTER && self.lease_until < self.ends_at()
    }

    /// When API Gateway ends the socket.
    pub fn ends_at(&self) -> Timestamp {
        self.connected_at + LIFETIME
    }

    /// When the client is asked to open another one.
    pub fn reconnect_at(&self) -> Timestamp {
        let spread =
            self.connection_id.0.bytes().fold(0, |hash: u64, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        self.connected_at + RECONNECT_FROM + Duration::from_secs(spread % RECONNECT_SPREAD)
    }

    /// Whether frames of the socket are answered. One whose lease has lapsed never comes back to life.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.lease_until > now
    }

    /// Whether frames are posted to the socket: a little longer than it is live, because the clocks of two functions differ
    /// and nobody must be passed by whose lease another one still renews.
    pub fn is_reachable(&self, now: Timestamp) -> bool {
        self.lease_until + CLOCK_SKEW > now
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    const OPENED: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    fn socket(id: &str) -> Socket {
        Socket {
            connection_id: ConnectionId::new(id),
            user_id: UserId::from_parts(OPENED, [1; 10]),
            session_id: SessionId::from_parts(OPENED, [2; 10]),
            connected_at: OPENED,
            lease_until: OPENED + LEASE,
        }
    }

    #[test]
    fn a_lease_ends_with_the_socket_at_the_latest() {
        let socket = socket("a");
        assert_eq!(socket.lease_from(OPENED + PING), OPENED + PING + LEASE);
        assert_eq!(socket.lease_from(OPENED + LIFETIME - PING), OPENED + LIFETIME);
        assert!(!socket.wants_renewal(OPENED + Duration::from_secs(59)) && socket.wants_renewal(OPENED + PING));
        let last = Socket { lease_until: OPENED + LIFETIME, ..socket };
        assert!(!last.wants_renewal(OPENED + LIFETIME - PING), "there is nothing to gain");
    }

    #[test]
    fn sockets_are_asked_to_reconnect_before_their_end_and_not_all_at_once() {
        let times: Vec<_> = (0..50).map(|n| socket(&format!("Xy{n}=")).reconnect_at()).collect();
        assert!(times.iter().all(|at| *at >= OPENED + RECONNECT_FROM && *at + PING * 2 < OPENED + LIFETIME));
        let distinct: std::collections::BTreeSet<_> = times.iter().collect();
        assert!(distinct.len() > 40, "{}", distinct.len());
    }
}
