//! `presence`

use shared::domain::id::UserId;
use shared::domain::outbox::OutboxEntry;
use shared::domain::presence::Presence;
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{PresenceView, ServerKind};
use shared::error::Result;

use crate::Deps;

/// Ends the sockets whose lease has lapsed, and tells those who watch somebody whether they are there, as it is now.
pub(crate) async fn push(deps: &Deps, user_id: UserId, entry: &OutboxEntry) -> Result<()> {
    let now = deps.ambient.now();
    for socket in deps.presences.registry.all_of(user_id).await? {
        if !socket.is_live(now) {
            deps.delivery.close(&socket).await?;
        }
    }
    let news = deps.presences.news_of(user_id).await?;
    let mut sockets = Vec::with_capacity(news.watchers.len());
    for watcher in &news.watchers {
        match deps.presences.registry.find(&watcher.connection_id).await? {
            Some(socket) => sockets.push(socket),
            None => deps.presences.watches.forget(user_id, watcher).await?,
        }
    }
    let shown = if news.is_visible { news.presence.clone() } else { Presence::unknown(user_id) };
    let frame = ServerFrame::event(ServerKind::Presence, entry.id, PresenceView::from(shown)).to_json();
    deps.delivery.reach_sockets(sockets, &[frame], entry).await?;
    deps.presences.told(&news).await?;
    deps.delivery.finish(entry).await
}
