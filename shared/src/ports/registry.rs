//! The registry of live sockets.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::presence::{Presence, Watcher};
use crate::domain::socket::{ConnectionId, Socket, Ticket, TicketHolder};
use crate::domain::time::Timestamp;
use crate::error::Result;

#[async_trait]
pub trait Registry: Send + Sync {
    /// Adds a socket and answers those that have to give way, because a person has at most
    /// [`MAX_PER_PERSON`](crate::domain::socket::MAX_PER_PERSON).
    async fn add(&self, socket: &Socket) -> Result<Vec<ConnectionId>>;

    async fn find(&self, connection_id: &ConnectionId) -> Result<Option<Socket>>;

    /// Prolongs a lease. A socket that was removed meanwhile stays removed.
    async fn renew(&self, socket: &Socket, lease_until: Timestamp) -> Result<()>;

    /// Forgets one socket and nothing else. Forgetting it twice is no error.
    async fn remove(&self, user_id: UserId, connection_id: &ConnectionId) -> Result<()>;

    /// Every socket of a person, those with a lapsed lease too: whoever ends a session must miss none.
    async fn all_of(&self, user_id: UserId) -> Result<Vec<Socket>>;

    /// The [reachable](Socket::is_reachable) sockets of some people. Strongly consistent.
    async fn live_sockets_of(&self, user_ids: &[UserId]) -> Result<Vec<Socket>>;
}

/// Who is there, as the registry knows it.
#[async_trait]
pub trait PresenceBoard: Send + Sync {
    /// Who of some people is there: one for each of them, in their order. Strongly consistent.
    async fn presences_of(&self, user_ids: &[UserId]) -> Result<Vec<Presence>>;

    /// Notes that those who watch were told what `presence` says, unless something has happened to the person's sockets
    /// since; answers whether it was noted.
    async fn note_told(&self, presence: &Presence) -> Result<bool>;

    /// About how many people are there.
    async fn count_online(&self) -> Result<u64>;

    /// People whose last lease has lapsed without anybody saying so, at most `limit`. It may lack who lapsed a moment ago.
    async fn lapsed(&self, limit: usize) -> Result<Vec<UserId>>;
}

/// Who wants to hear of whose presence.
#[async_trait]
pub trait Watches: Send + Sync {
    /// From now on this socket watches these people and nobody else.
    async fn watch(&self, socket: &Socket, user_ids: &[UserId]) -> Result<()>;

    /// The sockets that watch somebody, at most `limit`; some of them may have ended. Strongly consistent.
    async fn watchers_of(&self, user_id: UserId, limit: usize) -> Result<Vec<Watcher>>;

    /// Forgets that sockets which have ended watch somebody.
    async fn forget(&self, user_id: UserId, watchers: &[Watcher]) -> Result<()>;
}

#[async_trait]
pub trait Tickets: Send + Sync {
    async fn issue(&self, ticket: &Ticket, holder: TicketHolder) -> Result<()>;

    /// Takes a ticket and says whose it was. MUST yield it once only, and never after its time.
    async fn redeem(&self, ticket: &Ticket) -> Result<Option<TicketHolder>>;
}
