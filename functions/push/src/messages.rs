//! `message.new`

use shared::domain::conversation::{Conversation, Message};
use shared::domain::id::ConversationId;
use shared::domain::outbox::OutboxEntry;
use shared::domain::socket::ConnectionId;
use shared::edge::ws::ServerFrame;
use shared::error::{Error, Result};

use crate::{Deps, if_stuck};

/// Entries of a conversation that were promised together.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    pub(crate) conversation_id: ConversationId,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// Delivers entries to the sockets that lack them, unless the conversation was closed since: by a block or an unmatch.
pub(crate) async fn push(deps: &Deps, range: Range, left: Option<&[ConnectionId]>, entry: &OutboxEntry) -> Result<()> {
    let conversation = deps.conversations.find(range.conversation_id).await?;
    let Some(conversation) = conversation.filter(Conversation::is_readable) else {
        return deps.delivery.finish(entry).await;
    };
    let entries = entries(deps, range).await?;
    let frames: Vec<String> = entries.iter().map(|message| ServerFrame::message_new(message).to_json()).collect();
    let sockets = match left {
        Some(left) => deps.delivery.known(left).await?,
        None => deps.delivery.sockets_of(&deps.conversations.members(&conversation).await?).await?,
    };
    deps.delivery.reach_sockets(sockets, &frames, entry, if_stuck()).await?;
    deps.delivery.finish(entry).await
}

async fn entries(deps: &Deps, Range { conversation_id, first, last }: Range) -> Result<Vec<Message>> {
    let count = usize::try_from(last.saturating_sub(first) + 1).unwrap_or(usize::MAX);
    let messages = deps.conversations.history(conversation_id, first.saturating_sub(1), count).await?;
    if messages.len() == count { Ok(messages) } else { Err(Error::internal("a promised entry does not exist")) }
}
