//! `hello`

use shared::domain::conversation::Known;
use shared::domain::fields::Fields;
use shared::domain::id::UserId;
use shared::domain::socket::{LEASE, PING, Socket};
use shared::edge::ws::ServerFrame;
use shared::edge::ws::protocol::{Changed, HelloAck, HelloData, Newest};
use shared::error::Result;

use crate::Deps;

/// The most conversations that are compared. Whoever has more syncs.
const LINES: usize = 200;
/// The most conversations that the answer names, of either kind: it has to fit into a frame.
const NAMED: usize = 100;

/// Greets, and says what has changed since the client was here last.
pub(crate) async fn answer(deps: &Deps, socket: &Socket, data: &HelloData) -> Result<ServerFrame> {
    let mut fields = Fields::default();
    let known = fields.read_optional("conversations", data.conversations.as_ref(), Known::parse);
    let changed = match fields.accept(known)? {
        Some(known) => Some(changed(deps, socket.user_id, &known).await?),
        None => None,
    };
    Ok(ServerFrame::ack(HelloAck {
        user_id: socket.user_id,
        server_time: deps.ambient.now(),
        lease_seconds: LEASE.as_secs(),
        ping_seconds: PING.as_secs(),
        reconnect_at: socket.reconnect_at(),
        changed,
    }))
}

async fn changed(deps: &Deps, user_id: UserId, known: &Known) -> Result<Changed> {
    let page = deps.talk.conversations.inbox(user_id, None, LINES).await?;
    let conversations = page.lines.iter().map(|line| &line.seat.conversation);
    let newest = conversations.clone().filter(|conversation| known.lacks(conversation));
    let newest: Vec<Newest> = newest
        .map(|conversation| Newest { conversation_id: conversation.conversation_id, seq: conversation.seq })
        .collect();
    let here: std::collections::HashSet<_> = conversations.map(|conversation| conversation.conversation_id).collect();
    let is_compared = |id: &_| page.next.is_none_or(|next| *id >= next);
    let closed: Vec<_> = known.ids().filter(|id| is_compared(id) && !here.contains(id)).collect();
    let sync_required = page.next.is_some() || newest.len() > NAMED || closed.len() > NAMED;
    Ok(Changed {
        conversations: newest.into_iter().take(NAMED).collect(),
        closed: closed.into_iter().take(NAMED).collect(),
        sync_required,
    })
}
