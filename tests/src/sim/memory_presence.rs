//! Who is there, who watches, who may know, in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use shared::domain::conversation::Party;
use shared::domain::id::UserId;
use shared::domain::outbox::{Effect, OutboxEntry, PushEffect};
use shared::domain::pair::{Connection, Pair, Side, Stance};
use shared::domain::presence::{Presence, Watcher};
use shared::domain::settings::{self, Settings};
use shared::domain::socket::Socket;
use shared::error::{Error, Result};
use shared::ports::outbox::Promises;
use shared::ports::pairs::{BlockedPerson, ConnectedPerson, Consequences, Pairs};
use shared::ports::registry::{PresenceBoard, Watches};
use shared::ports::settings::SettingsReader;

use super::memory::Memory;
use super::state::State;
use super::world::Does;

#[async_trait]
impl PresenceBoard for Memory {
    async fn presences_of(&self, user_ids: &[UserId]) -> Result<Vec<Presence>> {
        let now = self.0.now();
        let presence = |state: &State, user_id: &UserId| {
            let own: Vec<Socket> =
                state.sockets.values().filter(|socket| socket.user_id == *user_id).cloned().collect();
            let told = state.told.get(user_id).copied().unwrap_or_default();
            let presence = Presence::of(*user_id, &own, told.seen_at, now);
            Presence { is_told_online: told.is_online, version: told.version, ..presence }
        };
        let presences = |state: &mut State| user_ids.iter().map(|user_id| presence(state, user_id)).collect::<Vec<_>>();
        self.0.call("board.presences_of", Does::Read, presences).await
    }

    async fn note_told(&self, presence: &Presence) -> Result<bool> {
        let note = |state: &mut State| {
            let told = state.told.entry(presence.user_id).or_default();
            let is_the_same = told.version == presence.version;
            if is_the_same {
                told.is_online = presence.is_online;
            }
            is_the_same
        };
        self.0.call("board.note_told", Does::Write, note).await
    }

    async fn count_online(&self) -> Result<u64> {
        let now = self.0.now();
        let count = |state: &mut State| {
            let live = state.sockets.values().filter(|socket| socket.is_live(now)).map(|socket| socket.user_id);
            live.collect::<BTreeSet<_>>().len() as u64
        };
        self.0.call("board.count_online", Does::Read, count).await
    }

    async fn lapsed(&self, limit: usize) -> Result<Vec<UserId>> {
        let now = self.0.now();
        let lapsed = |state: &mut State| {
            let is_live = |user_id: &UserId| {
                state.sockets.values().any(|socket| socket.user_id == *user_id && socket.is_live(now))
            };
            let has_lapsed_sockets = |user_id: &UserId| state.sockets.values().any(|socket| socket.user_id == *user_id);
            let told = state
                .told
                .iter()
                .filter(|(user_id, told)| !is_live(user_id) && (told.is_online || has_lapsed_sockets(user_id)));
            told.map(|(user_id, _)| *user_id).take(limit).collect::<Vec<_>>()
        };
        self.0.call("board.lapsed", Does::Read, lapsed).await
    }
}

#[async_trait]
impl Watches for Memory {
    async fn watch(&self, socket: &Socket, user_ids: &[UserId]) -> Result<()> {
        let watch = |state: &mut State| {
            let watcher = Watcher { user_id: socket.user_id, connection_id: socket.connection_id.clone() };
            for watchers in state.watchers.values_mut() {
                watchers.retain(|known| *known != watcher);
            }
            for user_id in user_ids {
                state.watchers.entry(*user_id).or_default().push(watcher.clone());
            }
        };
        self.0.call("watches.watch", Does::Write, watch).await
    }

    async fn watchers_of(&self, user_id: UserId, limit: usize) -> Result<Vec<Watcher>> {
        let watchers = |state: &mut State| {
            state.watchers.get(&user_id).into_iter().flatten().take(limit).cloned().collect::<Vec<_>>()
        };
        self.0.call("watches.watchers_of", Does::Read, watchers).await
    }

    async fn forget(&self, user_id: UserId, watchers: &[Watcher]) -> Result<()> {
        let forget = |state: &mut State| {
            state.watchers.entry(user_id).or_default().retain(|known| !watchers.contains(known));
        };
        self.0.call("watches.forget", Does::Write, forget).await
    }
}

#[async_trait]
impl Promises for Memory {
    async fn promise(&self, entry: &OutboxEntry) -> Result<()> {
        let promise = |state: &mut State| {
            state.outbox.insert(entry.id, entry.clone());
            // The stream passes on whatever is no message.
            if !matches!(entry.effect, Effect::Push(PushEffect::MessageNew { .. })) {
                state.stream.push_back(entry.clone());
            }
        };
        self.0.call("promises.promise", Does::Write, promise).await
    }
}

/// Whoever talks in a pair has matched, until one of them has blocked the other.
#[async_trait]
impl Pairs for Memory {
    async fn find_many(&self, user_id: UserId, others: &[UserId]) -> Result<Vec<Pair>> {
        let find = |state: &mut State| {
            let pairs = state.talks.values().filter_map(|talk| match talk.meta.party {
                Party::Pair(pair) if pair.contains(&user_id) => {
                    let other = *pair.iter().find(|person| **person != user_id)?;
                    let at = talk.meta.created_at;
                    let liked = || Side { stance: Some(Stance::Liked { at, intro: None }), blocked_at: None };
                    let connection = if talk.meta.is_open() {
                        Connection::Matched { conversation_id: talk.meta.conversation_id, at }
                    } else {
                        Connection::Ended
                    };
                    let people = Pair::strangers(pair[0], pair[1]).people();
                    others.contains(&other).then(|| Pair::stored(people, 1, [liked(), liked()], connection))
                }
                _ => None,
            });
            pairs.collect::<Vec<_>>()
        };
        self.0.call("pairs.find_many", Does::Read, find).await
    }

    async fn find(&self, _: UserId, _: UserId) -> Result<Pair> {
        Err(Error::internal("nobody meets here"))
    }

    async fn replace(&self, _: &Pair, _: &Pair, _: &Consequences) -> Result<bool> {
        Err(Error::internal("nobody likes here"))
    }

    async fn answered_by(&self, _: UserId) -> Result<Vec<UserId>> {
        Err(Error::internal("nobody is suggested here"))
    }

    async fn connections_of(&self, _: UserId) -> Result<Vec<ConnectedPerson>> {
        Err(Error::internal("nobody lists connections here"))
    }

    async fn blocks_of(&self, _: UserId) -> Result<Vec<BlockedPerson>> {
        Err(Error::internal("nobody lists blocks here"))
    }
}

#[async_trait]
impl SettingsReader for Memory {
    async fn find_many(&self, user_ids: &[UserId]) -> Result<Vec<Settings>> {
        let settings = |state: &mut State| {
            let of = |user_id: &UserId| {
                let (version, hides) = state.settings.get(user_id).copied().unwrap_or_default();
                let mut settings = Settings { version, ..Settings::of_newcomer(*user_id) };
                if hides {
                    settings.wishes.presence = settings::Presence::Nobody;
                }
                settings
            };
            user_ids.iter().map(of).collect::<Vec<_>>()
        };
        self.0.call("settings.find_many", Does::Read, settings).await
    }
}
