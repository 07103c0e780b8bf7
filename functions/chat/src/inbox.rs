//! `GET /v1/conversations`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::time::Timestamp;
use shared::edge::http::{Caller, Problem};
use shared::edge::views::MessageView;
use shared::error::Result;
use shared::ports::conversations::InboxLine;
use utoipa::ToSchema;

use crate::Deps;

#[derive(Serialize, ToSchema)]
pub(crate) struct Inbox {
    /// The one with the newest message first.
    items: Vec<ConversationView>,
}

#[derive(Serialize, ToSchema)]
struct ConversationView {
    conversation_id: ConversationId,
    /// The other members.
    with: Vec<UserId>,
    /// The number of the newest message, 0 before the first.
    seq: u64,
    /// Messages since you last wrote.
    unread: u64,
    last_message: Option<MessageView>,
    created_at: Timestamp,
}

/// Lists one's conversations with the last message and the number of those since one's own last.
#[utoipa::path(get, path = "/v1/conversations", tag = "chat", security(("bearer" = [])), responses(
    (status = 200, body = Inbox),
    (status = "4XX", body = Problem),
))]
pub(crate) async fn inbox(State(deps): State<Deps>, caller: Caller) -> Result<Json<Inbox>> {
    let lines = deps.conversations.inbox(caller.user_id).await?;
    Ok(Json(Inbox { items: lines.into_iter().map(|line| view(line, caller.user_id)).collect() }))
}

fn view(line: InboxLine, me: UserId) -> ConversationView {
    let InboxLine { conversation, unread } = line;
    ConversationView {
        conversation_id: conversation.conversation_id,
        with: conversation.member_ids.into_iter().filter(|member| *member != me).collect(),
        seq: conversation.seq,
        unread,
        last_message: conversation.last.as_ref().map(MessageView::from),
        created_at: conversation.created_at,
    }
}
