//! Who comes and goes, as far as sockets notice it.

use std::sync::Arc;

use shared::domain::id::UserId;
use shared::domain::outbox::{Effect, PushEffect};
use shared::domain::presence::Presence;
use shared::domain::socket::Socket;
use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::ports::outbox::Promises;
use shared::presences::Presences;

#[derive(Clone)]
pub struct Notices {
    pub presences: Presences,
    pub promises: Arc<dyn Promises>,
}

impl Notices {
    /// From now on a socket watches these people as far as its owner is connected with them. Answers with those of them
    /// whose presence may be known.
    pub(crate) async fn watch(&self, socket: &Socket, user_ids: &[UserId], ambient: &Ambient) -> Result<Vec<Presence>> {
        let connected = self.presences.connected(socket.user_id, user_ids).await?;
        self.presences.watches.watch(socket, &connected).await?;
        // What changes after this look is told, because the watch is there before it.
        let known = self.presences.shown(&connected).await?;
        // Whoever is answered something else than was told last would not hear of it if it came to be as before.
        for presence in known.iter().filter(|presence| presence.is_news()) {
            self.promise(presence.user_id, ambient).await?;
        }
        Ok(known)
    }

    /// Has it told if somebody has come or gone. Failing to do so is made up for by the next frame or sweep.
    pub(crate) async fn notice(&self, user_id: UserId, ambient: &Ambient) -> Result<()> {
        let Presences { board, watches, .. } = &self.presences;
        let presence = self.presences.presence_of(user_id).await?;
        if !presence.is_news() {
            return Ok(());
        }
        let presence = self.presences.as_known(presence).await?;
        if !presence.is_news() {
            return Ok(());
        }
        if watches.watchers_of(user_id, 1).await?.is_empty() {
            board.note_told(&presence).await?;
            return Ok(());
        }
        self.promise(user_id, ambient).await
    }

    async fn promise(&self, user_id: UserId, ambient: &Ambient) -> Result<()> {
        self.promises.promise(&ambient.promise(Effect::Push(PushEffect::PresenceChanged { user_id }))).await
    }
}
