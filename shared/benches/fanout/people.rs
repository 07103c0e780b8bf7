//! Who is written to, and what is wrong with their connections.

use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use serde_json::json;
use shared::domain::id::{Id, SessionId, UserId};
use shared::domain::socket::{ConnectionId, Socket};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::registry::Registry;

/// What a connection ails, which its name says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ails {
    Nothing,
    /// Its client went away without a word.
    Gone,
    /// The first try of every frame is throttled.
    Throttled,
    /// Its client does not read.
    Stalled,
}

impl Ails {
    /// What this connection ails now.
    pub(crate) fn of(connection: &str) -> Self {
        if connection.starts_with(WELL) { Self::Nothing } else { Self::ever(connection) }
    }

    /// What this connection ails in a fan-out with faults: of a hundred one is gone, five are throttled, and one stalls.
    pub(crate) fn ever(connection: &str) -> Self {
        match connection
            .trim_end_matches('=')
            .get(PREFIX..)
            .and_then(|number| number.parse().ok())
            .map(|n: u32| n % 100)
        {
            Some(13) => Self::Gone,
            Some(23 | 43 | 63 | 83 | 93) => Self::Throttled,
            Some(53) => Self::Stalled,
            _ => Self::Nothing,
        }
    }
}

/// Names of connections are as long as those of API Gateway, and begin with whether all are well.
const WELL: &str = "wL0SM9";
const AILING: &str = "aL0SM9";
const PREFIX: usize = WELL.len();

/// As many people as it says, with a connection each.
pub(crate) struct People {
    pub(crate) count: u32,
    pub(crate) is_well: bool,
}

impl People {
    pub(crate) fn connections(&self) -> impl Iterator<Item = String> {
        (0..self.count).map(|number| {
            let prefix = if self.is_well { WELL } else { AILING };
            format!("{prefix}{number:09}=")
        })
    }
}

#[async_trait]
impl Registry for People {
    async fn add(&self, _: &Socket) -> Result<Vec<ConnectionId>> {
        Err(Error::internal("nobody connects"))
    }

    async fn find(&self, _: &ConnectionId) -> Result<Option<Socket>> {
        Ok(None)
    }

    async fn renew(&self, _: &Socket, _: Timestamp) -> Result<()> {
        Ok(())
    }

    async fn remove(&self, _: UserId, _: &ConnectionId) -> Result<()> {
        Ok(())
    }

    async fn all_of(&self, _: UserId) -> Result<Vec<Socket>> {
        Ok(Vec::new())
    }

    async fn live_sockets_of(&self, _: &[UserId]) -> Result<Vec<Socket>> {
        let long_ago = Timestamp::from_unix_seconds(1_000_000_000);
        let socket = |connection| Socket {
            connection_id: ConnectionId::new(connection),
            user_id: UserId::from_parts(long_ago, [1; 10]),
            session_id: SessionId::from_parts(long_ago, [2; 10]),
            connected_at: long_ago,
            lease_until: Timestamp::MAX,
        };
        Ok(self.connections().map(socket).collect())
    }
}

/// A message as everybody in a conversation hears it, with the time at which its fan-out begins.
pub(crate) fn frame() -> String {
    let id = "01a1fc65-ead8-7283-87bd-99f7886000ee";
    let text = "Your storage work is what my prototype lacks: shall we look at it together on Thursday, at five?";
    let data = json!({
        "conversation_id": id, "seq": 412, "message_id": id, "sender_id": id, "client_id": "m-412", "text": text,
        "sent_at": "2026-11-26T09:30:00.000Z",
    });
    json!({ "v": 1, "type": "message.new", "id": id, "data": data, "began": nanoseconds() }).to_string()
}

/// The time of day, which two processes of one machine read off the same clock.
#[expect(clippy::disallowed_methods, reason = "no test depends on it")]
pub(crate) fn nanoseconds() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}
