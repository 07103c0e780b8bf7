//! `presence`

use shared::domain::id::UserId;
use shared::domain::outbox::OutboxEntry;
use shared::domain::socket::ConnectionId;
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{PresenceView, ServerKind};
use shared::error::Result;

use crate::{Deps, if_stuck};

/// Ends the sockets whose lease has lapsed, and tells those who watch somebody whether they are there, as it is now.
pub(crate) async fn push(deps: &Deps, user_id: UserId, entry: &OutboxEntry) -> Result<()> {
    deps.delivery.close_lapsed(user_id).await?;
    let news = deps.presences.news_of(user_id).await?;
    let watching: Vec<ConnectionId> = news.watchers.iter().map(|watcher| watcher.connection_id.clone()).collect();
    let sockets = deps.delivery.known(&watching).await?;
    for watcher in &news.watchers {
        if !sockets.iter().any(|socket| socket.connection_id == watcher.connection_id) {
            deps.presences.watches.forget(user_id, watcher).await?;
        }
    }
    let frame =
        ServerFrame::event(ServerKind::Presence, &entry.id, PresenceView::from(news.presence.clone())).to_json();
    deps.delivery.reach_sockets(sockets, &[frame], entry, if_stuck()).await?;
    deps.presences.told(&news).await?;
    deps.delivery.finish(entry).await
}
