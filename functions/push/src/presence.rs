//! `presence`

use shared::domain::id::UserId;
use shared::domain::outbox::OutboxEntry;
use shared::domain::presence::{Presence, Watcher};
use shared::domain::socket::{ConnectionId, Socket};
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{PresenceView, ServerKind};
use shared::error::{Error, Result};

use crate::{Deps, if_stuck};

/// The most sockets that are told of one person.
const MAX_WATCHERS: usize = 1_000;

/// Ends the sockets whose lease has lapsed, and tells those who watch somebody whether they are there, as it is now.
pub(crate) async fn push(deps: &Deps, user_id: UserId, entry: &OutboxEntry) -> Result<()> {
    deps.delivery.close_lapsed(user_id).await?;
    let presence = deps.presences.presence_of(user_id).await?;
    let presence = deps.presences.as_known(presence).await?;
    let sockets = watching(deps, &presence).await?;
    deps.delivery.reach_sockets(sockets, &[frame(presence.clone(), entry)], entry, if_stuck()).await?;
    let is_known = presence.version > 0;
    if is_known && !deps.presences.board.note_told(&presence).await? {
        return Err(Error::unavailable("somebody came or went while it was told"));
    }
    deps.delivery.finish(entry).await
}

/// Tells sockets that somebody has erased their account, and is not there any more.
pub(crate) async fn push_the_last(
    deps: &Deps,
    user_id: UserId,
    sockets: &[ConnectionId],
    entry: &OutboxEntry,
) -> Result<()> {
    let sockets = deps.delivery.known(sockets).await?;
    deps.delivery.reach_sockets(sockets, &[frame(Presence::ended(user_id), entry)], entry, if_stuck()).await?;
    deps.delivery.finish(entry).await
}

fn frame(presence: Presence, entry: &OutboxEntry) -> String {
    ServerFrame::event(ServerKind::Presence, &entry.id, PresenceView::from(presence)).to_json()
}

/// The sockets that are to hear of it: nobody's, if somebody hides and everybody believes already that they are not there.
/// Watches of sockets that have ended are forgotten.
async fn watching(deps: &Deps, presence: &Presence) -> Result<Vec<Socket>> {
    let is_believed_absent = !presence.is_online && !presence.is_told_online;
    if is_believed_absent && presence.at.is_none() {
        return Ok(Vec::new());
    }
    let watchers = deps.presences.watches.watchers_of(presence.user_id, MAX_WATCHERS).await?;
    let mut people: Vec<UserId> = watchers.iter().map(|watcher| watcher.user_id).collect();
    people.sort_unstable();
    people.dedup();
    let connected = deps.presences.connected(presence.user_id, &people).await?;
    let watchers: Vec<Watcher> = watchers.into_iter().filter(|watcher| connected.contains(&watcher.user_id)).collect();
    let ids: Vec<ConnectionId> = watchers.iter().map(|watcher| watcher.connection_id.clone()).collect();
    let sockets = deps.delivery.known(&ids).await?;
    let is_here = |watcher: &Watcher| sockets.iter().any(|socket| socket.connection_id == watcher.connection_id);
    let gone: Vec<Watcher> = watchers.into_iter().filter(|watcher| !is_here(watcher)).collect();
    deps.presences.watches.forget(presence.user_id, &gone).await?;
    Ok(sockets)
}
