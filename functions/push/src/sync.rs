//! `sync.required`

use shared::domain::id::UserId;
use shared::domain::outbox::OutboxEntry;
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{ServerKind, SyncReason, SyncRequired};
use shared::error::Result;

use crate::{Deps, if_stuck};

/// Tells people to look again: they have a conversation more, or less.
pub(crate) async fn push(deps: &Deps, people: &[UserId], entry: &OutboxEntry) -> Result<()> {
    let data = SyncRequired { reason: SyncReason::Conversations };
    let frame = ServerFrame::event(ServerKind::SyncRequired, &entry.id, data).to_json();
    deps.delivery.reach(people, &[frame], entry, if_stuck()).await?;
    deps.delivery.finish(entry).await
}
