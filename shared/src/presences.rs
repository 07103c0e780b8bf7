//! Who is there, for those who may know: what `socket` answers and `push` tells.
//!
//! A change is told by whoever notices it: the socket that comes first or goes last, or the sweep that finds the last lease
//! lapsed. The registry remembers what was told last, so that whatever was missed is noticed with the next frame or sweep.

use std::sync::Arc;

use futures::try_join;

use crate::domain::id::UserId;
use crate::domain::outbox::{Effect, PushEffect};
use crate::domain::pair::{Connection, Pair};
use crate::domain::presence::{Presence, Watcher};
use crate::domain::settings;
use crate::domain::socket::Socket;
use crate::error::{Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::outbox::Promises;
use crate::ports::pairs::Pairs;
use crate::ports::registry::{PresenceBoard, Watches};
use crate::ports::settings::SettingsReader;

/// The most sockets that are told of one person.
const MAX_WATCHERS: usize = 1_000;

#[derive(Clone)]
pub struct Presences {
    pub board: Arc<dyn PresenceBoard>,
    pub watches: Arc<dyn Watches>,
    pub pairs: Arc<dyn Pairs>,
    pub settings: Arc<dyn SettingsReader>,
    pub promises: Arc<dyn Promises>,
}

/// A change of somebody's presence, and who is to hear of it.
pub struct News {
    /// As those who watch may know it.
    pub presence: Presence,
    /// Nobody, if somebody hides and everybody believes already that they are not there.
    pub watchers: Vec<Watcher>,
}

impl Presences {
    /// From now on a socket watches these people as far as its owner is connected with them. Answers with those of them
    /// whose presence may be known.
    pub async fn watch(&self, socket: &Socket, user_ids: &[UserId], ambient: &Ambient) -> Result<Vec<Presence>> {
        let connected = self.connected(socket.user_id, user_ids).await?;
        self.watches.watch(socket, &connected).await?;
        // What changes after this look is told, because the watch is there before it.
        let (presences, visible) = try_join!(self.board.presences_of(&connected), self.visible(&connected))?;
        // Whoever is answered something else than was told last would not hear of it if it came to be as before.
        let known: Vec<_> = presences.into_iter().filter(|presence| visible.contains(&presence.user_id)).collect();
        for presence in known.iter().filter(|presence| presence.is_news()) {
            self.promise(presence.user_id, ambient).await?;
        }
        Ok(known)
    }

    /// Has it told if somebody has come or gone. Failing to do so is made up for by the next frame or sweep.
    pub async fn notice(&self, user_id: UserId, ambient: &Ambient) -> Result<()> {
        let presence = self.presence_of(user_id).await?;
        if !presence.is_news() {
            return Ok(());
        }
        // Whoever hides comes and goes unnoticed.
        let presence = self.as_known(presence).await?;
        if !presence.is_news() {
            return Ok(());
        }
        if self.watches.watchers_of(user_id, 1).await?.is_empty() {
            self.board.note_told(&presence).await?;
            return Ok(());
        }
        self.promise(user_id, ambient).await
    }

    /// What is to be told of somebody, and to whom, as it is now.
    pub async fn news_of(&self, user_id: UserId) -> Result<News> {
        let presence = self.presence_of(user_id).await?;
        let presence = self.as_known(presence).await?;
        let is_believed_absent = !presence.is_online && !presence.is_told_online;
        if is_believed_absent && presence.at.is_none() {
            return Ok(News { presence, watchers: Vec::new() });
        }
        let watchers = self.watches.watchers_of(user_id, MAX_WATCHERS).await?;
        let mut people: Vec<UserId> = watchers.iter().map(|watcher| watcher.user_id).collect();
        people.sort_unstable();
        people.dedup();
        let connected = self.connected(user_id, &people).await?;
        let watchers = watchers.into_iter().filter(|watcher| connected.contains(&watcher.user_id)).collect();
        Ok(News { presence, watchers })
    }

    /// Notes that news were told. An error if there are others by now.
    pub async fn told(&self, news: &News) -> Result<()> {
        let is_known = news.presence.version > 0;
        if is_known && !self.board.note_told(&news.presence).await? {
            return Err(Error::unavailable("somebody came or went while it was told"));
        }
        Ok(())
    }

    async fn promise(&self, user_id: UserId, ambient: &Ambient) -> Result<()> {
        self.promises.promise(&ambient.promise(Effect::Push(PushEffect::PresenceChanged { user_id }))).await
    }

    /// A presence as those who watch may know it.
    async fn as_known(&self, presence: Presence) -> Result<Presence> {
        let is_visible = !self.visible(&[presence.user_id]).await?.is_empty();
        Ok(if is_visible { presence } else { presence.hidden() })
    }

    async fn presence_of(&self, user_id: UserId) -> Result<Presence> {
        let presences = self.board.presences_of(&[user_id]).await?;
        Ok(presences.into_iter().next().unwrap_or(Presence::unknown(user_id)))
    }

    /// Those of some people whom somebody is connected with.
    async fn connected(&self, user_id: UserId, others: &[UserId]) -> Result<Vec<UserId>> {
        let is_connected = |pair: &Pair| matches!(pair.connection, Connection::Matched { .. }) && !pair.is_blocked();
        let pairs = self.pairs.find_many(user_id, others).await?;
        Ok(pairs.iter().filter(|pair| is_connected(pair)).map(|pair| pair.other(user_id)).collect())
    }

    /// Those of some people whose presence their connections may know.
    async fn visible(&self, user_ids: &[UserId]) -> Result<Vec<UserId>> {
        let settings = self.settings.find_many(user_ids).await?;
        let visible = settings.iter().filter(|settings| settings.wishes.presence != settings::Presence::Nobody);
        Ok(visible.map(|settings| settings.user_id).collect())
    }
}

impl std::fmt::Debug for Presences {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Presences")
    }
}
