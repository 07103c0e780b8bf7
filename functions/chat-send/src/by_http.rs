//! `POST /v1/conversations/{conversation_id}/messages`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::id::ConversationId;
use shared::domain::input::Input;
use shared::edge::http::{Body, Caller, Id, Problem};
use shared::edge::views::Receipts;
use shared::edge::ws::protocol::{DraftMessage, SendData};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;
use crate::draft::Draft;
use crate::send;

/// Either `client_id` and `text`, or `messages`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendBody {
    /// The client's name for the message, 1 to 64 letters, digits, hyphens or underscores. Send it again after a lost
    /// answer, and the message is stored once.
    #[schema(value_type = Option<String>, max_length = 64, example = "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10")]
    client_id: Option<Input<String>>,
    /// 1 to 4,000 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4_000)]
    text: Option<Input<String>>,
    /// 1 to 20 messages that are stored together, in this order.
    #[schema(value_type = Option<Vec<DraftMessage>>, min_items = 1, max_items = 20)]
    messages: Option<Input<Vec<DraftMessage>>>,
}

/// Sends a message, or several. The answer comes once they are stored for good.
#[utoipa::path(post, path = "/v1/conversations/{conversation_id}/messages", operation_id = "send_message", tag = "chat", security(("bearer" = [])),
    params(("conversation_id" = ConversationId, Path)), request_body = SendBody, responses(
    (status = 201, body = Receipts, description = "Stored"),
    (status = 200, body = Receipts, description = "Was stored before under the same `client_id`"),
    (status = "4XX", body = Problem,
        description = "`conversation_not_found`, `conversation_closed`, `client_id_reused`, `too_many_requests`, \
            `invalid_field`"),
    (status = 503, body = Problem, description = "Nobody can tell; send it again under the same `client_id`"),
))]
pub(crate) async fn send(
    State(deps): State<Deps>,
    caller: Caller,
    Id(conversation_id): Id<ConversationId>,
    Body(SendBody { client_id, text, messages }): Body<SendBody>,
) -> Result<(StatusCode, Json<Receipts>)> {
    let data = SendData { conversation_id: conversation_id.into(), client_id, text, messages };
    let sent = send::send(&deps, Draft::parse(caller.user_id, &data)?).await?;
    let status = if sent.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Receipts::of(conversation_id, &sent.messages))))
}
