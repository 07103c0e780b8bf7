//! `presence.subscribe`

use shared::domain::fields::{Fields, Refusal};
use shared::domain::id::UserId;
use shared::domain::presence::MAX_WATCHED;
use shared::domain::socket::Socket;
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{PresenceView, SubscribeAck, SubscribeData};
use shared::error::Result;

use crate::Deps;

/// Answers who of some people is there; from then on the socket hears when that changes.
pub(crate) async fn answer(deps: &Deps, socket: &Socket, data: &SubscribeData) -> Result<ServerFrame> {
    let mut fields = Fields::default();
    let user_ids = fields.read("user_ids", &data.user_ids, parse);
    let mut user_ids = fields.accept(user_ids)?;
    user_ids.retain(|user_id| *user_id != socket.user_id);
    let presences = deps.notices.watch(socket, &user_ids, &deps.ambient).await?;
    Ok(ServerFrame::ack(SubscribeAck { presences: presences.into_iter().map(PresenceView::from).collect() }))
}

fn parse(user_ids: &[UserId]) -> Result<Vec<UserId>, Refusal> {
    let mut distinct = user_ids.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() <= MAX_WATCHED { Ok(distinct) } else { Err("user_ids must name at most 100 people".into()) }
}
