//! `POST /v1/conversations/{conversation_id}/messages`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::id::ConversationId;
use shared::domain::input::Input;
use shared::edge::http::{Body, Caller, Id, Problem};
use shared::edge::views::MessageView;
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;
use crate::send::{self, Draft};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendBody {
    /// The client's name for the message, 1 to 64 letters, digits, hyphens or underscores. Send it again after a lost
    /// answer, and the message is stored once.
    #[schema(value_type = String, max_length = 64, example = "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10")]
    client_id: Input<String>,
    /// 1 to 4,000 characters.
    #[schema(value_type = String, min_length = 1, max_length = 4_000)]
    text: Input<String>,
}

/// Sends a message. The answer comes once it is stored for good.
#[utoipa::path(post, path = "/v1/conversations/{conversation_id}/messages", operation_id = "send_message", tag = "chat", security(("bearer" = [])),
    params(("conversation_id" = ConversationId, Path)), request_body = SendBody, responses(
    (status = 201, body = MessageView, description = "Stored"),
    (status = 200, body = MessageView, description = "Was stored before under the same `client_id`"),
    (status = "4XX", body = Problem,
        description = "`conversation_not_found`, `conversation_closed`, `client_id_reused`, `too_many_requests`, \
            `invalid_field`"),
    (status = 503, body = Problem, description = "Nobody can tell; send it again under the same `client_id`"),
))]
pub(crate) async fn send(
    State(deps): State<Deps>,
    caller: Caller,
    Id(conversation_id): Id<ConversationId>,
    Body(body): Body<SendBody>,
) -> Result<(StatusCode, Json<MessageView>)> {
    let draft = Draft::parse(&conversation_id.into(), caller.user_id, &body.client_id, &body.text)?;
    let sent = send::send(&deps, draft).await?;
    let status = if sent.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(MessageView::from(&sent.message))))
}
