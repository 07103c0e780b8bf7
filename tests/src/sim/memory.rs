//! The other ports in memory, on the terms of their adapters.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared::domain::id::{SessionId, UserId};
use shared::domain::keys::PublishedKey;
use shared::domain::limit::{Allowance, Limit, Subject};
use shared::domain::outbox::{Lane, OutboxEntry};
use shared::domain::session::{Client, RefreshState, Session, SessionState};
use shared::domain::socket::{ConnectionId, MAX_PER_PERSON, Socket, TICKET_LIFETIME, Ticket, TicketHolder};
use shared::domain::time::Timestamp;
use shared::domain::token::PublicKey;
use shared::error::{Error, Result};
use shared::ports::keys::PublicKeys;
use shared::ports::limits::Limits;
use shared::ports::outbox::{LeftOver, Outbox, Queues, SweepLog, SweepProgress};
use shared::ports::registry::{Registry, Tickets};
use shared::ports::sessions::{Rotation, Sessions, Start};

use super::gateway::Gateway;
use super::state::{Queued, State};
use super::world::{Does, Plant, World};

/// Every port on one world. The gateway is asked for nothing but whether a socket was forgotten that is there.
#[derive(Clone)]
pub(crate) struct Memory(pub(super) Arc<World>, pub(super) Gateway);

#[async_trait]
impl Registry for Memory {
    async fn add(&self, socket: &Socket) -> Result<Vec<ConnectionId>> {
        let now = self.0.now();
        self.0
            .call("registry.add", Does::Write, |state| {
                state.sockets.insert(socket.connection_id.clone(), socket.clone());
                state.touch(socket.user_id, Some(now));
                let own = state.sockets.values().filter(|other| other.user_id == socket.user_id).cloned();
                let (mut live, lapsed): (Vec<Socket>, Vec<Socket>) = own.partition(|other| other.is_live(now));
                live.sort_unstable_by_key(|other| std::cmp::Reverse(other.connected_at));
                let surplus = live.into_iter().skip(MAX_PER_PERSON).chain(lapsed);
                let surplus: Vec<_> = surplus.map(|other| other.connection_id).collect();
                state.sockets.retain(|id, _| !surplus.contains(id));
                surplus
            })
            .await
    }

    async fn find(&self, connection_id: &ConnectionId) -> Result<Option<Socket>> {
        self.0.call("registry.find", Does::Read, |state| state.sockets.get(connection_id).cloned()).await
    }

    async fn renew(&self, socket: &Socket, lease_until: Timestamp) -> Result<()> {
        let now = self.0.now();
        let renew = |state: &mut State| {
            if let Some(known) = state.sockets.get_mut(&socket.connection_id) {
                known.lease_until = lease_until;
                state.touch(socket.user_id, Some(now));
            }
        };
        self.0.call("registry.renew", Does::Write, renew).await
    }

    async fn remove(&self, user_id: UserId, connection_id: &ConnectionId) -> Result<()> {
        let forgets_others = self.0.plant == Some(Plant::ForgetTheSender);
        let remove = |state: &mut State| {
            let others = state.sockets.iter().find(|(_, socket)| socket.user_id != user_id).map(|(id, _)| id.clone());
            let gone = others.filter(|_| forgets_others).unwrap_or_else(|| connection_id.clone());
            let Some(socket) = state.sockets.remove(&gone) else { return };
            state.touch(socket.user_id, None);
            if self.1.reaches(&gone) {
                state.complaints.push(format!("{gone} was forgotten and is there"));
            }
        };
        self.0.call("registry.remove", Does::Write, remove).await
    }

    async fn all_of(&self, user_id: UserId) -> Result<Vec<Socket>> {
        let own = |state: &mut State| {
            state.sockets.values().filter(|socket| socket.user_id == user_id).cloned().collect::<Vec<_>>()
        };
        self.0.call("registry.all_of", Does::Read, own).await
    }

    async fn live_sockets_of(&self, user_ids: &[UserId]) -> Result<Vec<Socket>> {
        let now = self.0.now();
        let live = |state: &mut State| {
            let sockets = state.sockets.values().filter(|socket| user_ids.contains(&socket.user_id));
            sockets.filter(|socket| socket.is_reachable(now)).cloned().collect::<Vec<_>>()
        };
        self.0.call("registry.live_sockets_of", Does::Read, live).await
    }
}

#[async_trait]
impl Tickets for Memory {
    async fn issue(&self, ticket: &Ticket, holder: TicketHolder) -> Result<()> {
        let until = self.0.now() + TICKET_LIFETIME;
        let issue = |state: &mut State| {
            state.tickets.insert(ticket.hash(), (holder, until));
        };
        self.0.call("tickets.issue", Does::Write, issue).await
    }

    async fn redeem(&self, ticket: &Ticket) -> Result<Option<TicketHolder>> {
        let now = self.0.now();
        let redeem = |state: &mut State| {
            let (holder, until) = state.tickets.remove(&ticket.hash())?;
            (until > now).then_some(holder)
        };
        self.0.call("tickets.redeem", Does::Write, redeem).await
    }
}

/// Everybody is signed in.
#[async_trait]
impl Sessions for Memory {
    async fn find(&self, user_id: UserId, session_id: SessionId) -> Result<Option<Session>> {
        let now = self.0.now();
        let session = |_: &mut State| Session {
            user_id,
            session_id,
            state: SessionState::Active,
            version: 1,
            refresh: RefreshState { counter: 1, hash: String::new(), rotations: vec![now] },
            client: Client::default(),
            created_at: now,
            ends_at: now + Duration::from_hours(24),
        };
        self.0.call("sessions.find", Does::Read, session).await.map(Some)
    }

    async fn create(&self, _: &Session, _: Option<&str>) -> Result<Start> {
        Err(Error::internal("nobody signs in here"))
    }

    async fn all_of(&self, _: UserId) -> Result<Vec<Session>> {
        Err(Error::internal("nobody looks at sessions here"))
    }

    async fn rotate(&self, _: &Session, _: u32, _: RefreshState, _: Timestamp) -> Result<Rotation> {
        Err(Error::internal("nobody refreshes here"))
    }

    async fn end(&self, _: &Session, _: SessionState, _: &[OutboxEntry]) -> Result<()> {
        Err(Error::internal("nobody signs out here"))
    }
}

/// The one key that signs every token of a simulation.
pub(super) struct OneKey(pub(super) PublicKey);

#[async_trait]
impl PublicKeys for OneKey {
    async fn all(&self) -> Result<Vec<PublishedKey>> {
        Ok(vec![PublishedKey::at_once(&self.0, Timestamp::default())])
    }

    async fn publish(&self, _: &PublishedKey) -> Result<()> {
        Err(Error::internal("nobody publishes keys here"))
    }

    async fn withdraw(&self, _: &str) -> Result<()> {
        Err(Error::internal("nobody withdraws keys here"))
    }
}

/// Limits have tests of their own.
#[async_trait]
impl Limits for Memory {
    async fn take_many(&self, limit: &'static Limit, subject: &Subject, _: u32) -> Result<Allowance> {
        let now = self.0.now();
        let allowance = |_: &mut State| limit.allowance(1, limit.window_of(subject, now), now);
        self.0.call("limits.take", Does::Write, allowance).await
    }

    async fn give_back(&self, _: &'static Limit, _: &Subject) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl Outbox for Memory {
    async fn finish(&self, entry: &OutboxEntry) -> Result<()> {
        self.0.call("outbox.finish", Does::Write, |state| drop(state.outbox.remove(&entry.id))).await
    }

    async fn hand_over(&self, entry: &OutboxEntry) -> Result<()> {
        let hand_over = |state: &mut State| {
            if let Some(row) = state.outbox.get_mut(&entry.id) {
                *row = entry.clone();
                state.stream.push_back(entry.clone());
            }
        };
        self.0.call("outbox.hand_over", Does::Write, hand_over).await
    }

    async fn left_over(&self, minute: u64) -> Result<LeftOver> {
        let left_over = |state: &mut State| {
            let rows = state.outbox.values().filter(|entry| entry.minute() == minute);
            LeftOver { entries: rows.cloned().collect(), unreadable: 0 }
        };
        self.0.call("outbox.left_over", Does::Read, left_over).await
    }
}

#[async_trait]
impl SweepLog for Memory {
    async fn read(&self) -> Result<SweepProgress> {
        self.0.call("sweep.read", Does::Read, |state| state.sweep.clone()).await
    }

    async fn replace(&self, after: &SweepProgress) -> Result<bool> {
        let replace = |state: &mut State| {
            let is_next = state.sweep.version + 1 == after.version;
            if is_next {
                state.sweep = after.clone();
            }
            is_next
        };
        self.0.call("sweep.replace", Does::Write, replace).await
    }
}

#[async_trait]
impl Queues for Memory {
    async fn send(&self, _: Lane, entries: &[OutboxEntry]) -> Result<()> {
        let now = self.0.now();
        let bodies: Vec<String> = entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
        let ids: Vec<u64> = bodies.iter().map(|_| self.0.below(u64::MAX)).collect();
        let send = |state: &mut State| {
            let queued = bodies.into_iter().zip(ids);
            state.queue.extend(queued.map(|(body, id)| Queued { id, body, visible_at: now, receives: 0 }));
        };
        self.0.call("queues.send", Does::Write, send).await
    }
}
