//! `GET /v1/conversations/{conversation_id}/messages`

use axum::Json;
use axum::extract::State;
use futures::try_join;
use serde::{Deserialize, Serialize};
use shared::domain::conversation::Conversation;
use shared::domain::id::ConversationId;
use shared::domain::limit::{CHAT_READ_PER_PERSON, Subject};
use shared::edge::http::{Caller, Id, Params, Problem, page_limit, page_of};
use shared::edge::views::MessageView;
use shared::error::{Code, Result};
use utoipa::{IntoParams, ToSchema};

use crate::Deps;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParams {
    /// Only entries with a greater number; 0 for the first ones.
    #[serde(default)]
    after: u64,
    /// How many entries, 1 to 100; 50 when left out.
    #[serde(default = "page_of::<50>")]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: u32,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct History {
    /// In the order of their numbers.
    items: Vec<MessageView>,
    /// The `after` of the next page, if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<u64>,
}

/// Reads the entries of a conversation, page by page: messages, and what became of them.
#[utoipa::path(get, path = "/v1/conversations/{conversation_id}/messages", tag = "chat", security(("bearer" = [])),
    params(("conversation_id" = ConversationId, Path), HistoryParams), responses(
    (status = 200, body = History),
    (status = "4XX", body = Problem, description = "`conversation_not_found`, `too_many_requests`, `invalid_field`"),
))]
pub(crate) async fn history(
    State(deps): State<Deps>,
    caller: Caller,
    Id(conversation_id): Id<ConversationId>,
    Params(params): Params<HistoryParams>,
) -> Result<Json<History>> {
    let limit = page_limit(params.limit)?;
    let me = Subject::person(caller.user_id);
    let seat = deps.conversations.seat(conversation_id, caller.user_id);
    let ((), seat) = try_join!(deps.limiter.take(&CHAT_READ_PER_PERSON, &me), seat)?;
    let conversation = seat.map(|seat| seat.conversation).filter(Conversation::is_readable);
    let conversation = conversation.ok_or(Code::ConversationNotFound)?;
    let messages = deps.conversations.history(conversation_id, params.after, limit).await?;
    let next_after = messages.last().map(|last| last.seq).filter(|seq| *seq < conversation.seq);
    Ok(Json(History { items: messages.iter().map(MessageView::from).collect(), next_after }))
}
