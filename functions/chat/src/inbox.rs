//! `GET /v1/conversations`

use std::cmp::Reverse;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::domain::conversation::Conversation;
use shared::domain::limit::{CHAT_READ_PER_PERSON, Subject};
use shared::domain::time::Timestamp;
use shared::edge::http::{Caller, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;
use crate::view::ConversationView;

/// More conversations than anybody keeps up with; `POST /v1/sync` has pages.
const LINES: usize = 1_000;
/// Characters of the last message: a thousand whole ones would be more than Lambda takes.
const PREVIEW: usize = 200;

#[derive(Serialize, ToSchema)]
pub(crate) struct Inbox {
    /// The one with the newest message first.
    items: Vec<ConversationView>,
}

/// Lists one's conversations with the beginning of the last message (200 characters), the marks and the number of unread
/// messages.
#[utoipa::path(get, path = "/v1/conversations", tag = "chat", security(("bearer" = [])), responses(
    (status = 200, body = Inbox),
    (status = "4XX", body = Problem, description = "`too_many_requests`"),
))]
pub(crate) async fn inbox(State(deps): State<Deps>, caller: Caller) -> Result<Json<Inbox>> {
    deps.limiter.take(&CHAT_READ_PER_PERSON, &Subject::person(caller.user_id)).await?;
    let mut lines = deps.conversations.inbox(caller.user_id, None, LINES).await?.lines;
    lines.sort_by_key(|line| Reverse(newest(&line.seat.conversation)));
    Ok(Json(Inbox { items: lines.iter().map(|line| ConversationView::from(line).shortened(PREVIEW)).collect() }))
}

fn newest(conversation: &Conversation) -> Timestamp {
    conversation.last.as_ref().map_or(conversation.created_at, |last| last.sent_at)
}
