//! `PUT` and `DELETE /v1/conversations/{conversation_id}/messages/{seq}`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::conversation::{Amendment, Conversation, Message};
use shared::domain::id::{ConversationId, UserId};
use shared::domain::input::Input;
use shared::edge::http::{Body, Caller, Id, Problem};
use shared::edge::views::MessageView;
use shared::error::{Code, Result};
use utoipa::ToSchema;

use crate::Deps;
use crate::crowd::{ROUNDS, crowded, step_aside};
use crate::draft::edited;
use crate::send::{MAX_UNKNOWN, Try, deliver, open, promise};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditMessageBody {
    /// 1 to 4,000 characters.
    #[schema(value_type = String, min_length = 1, max_length = 4_000)]
    text: Input<String>,
}

/// Gives one's own message another text, for 15 minutes. Everybody is told by an entry of its own.
#[utoipa::path(put, path = "/v1/conversations/{conversation_id}/messages/{seq}", operation_id = "edit_message", tag = "chat", security(("bearer" = [])),
    params(("conversation_id" = ConversationId, Path), ("seq" = u64, Path)), request_body = EditMessageBody, responses(
    (status = 200, body = MessageView, description = "The message as it is now"),
    (status = "4XX", body = Problem,
        description = "`conversation_not_found`, `conversation_closed`, `message_not_found`, `message_fixed`, \
            `too_many_requests`, `invalid_field`"),
    (status = 503, body = Problem, description = "Nobody can tell; do it again"),
))]
pub(crate) async fn edit(
    State(deps): State<Deps>,
    caller: Caller,
    Id(place): Id<(ConversationId, u64)>,
    Body(body): Body<EditMessageBody>,
) -> Result<Json<MessageView>> {
    let amendment = Amendment::Edit(edited(&body.text)?);
    let message = amend(&deps, caller.user_id, place, &amendment).await?;
    Ok(Json(MessageView::from(&message)))
}

/// Takes one's own message back, for 24 hours. Its text is gone at once; everybody is told by an entry of its own.
#[utoipa::path(delete, path = "/v1/conversations/{conversation_id}/messages/{seq}", operation_id = "delete_message", tag = "chat", security(("bearer" = [])),
    params(("conversation_id" = ConversationId, Path), ("seq" = u64, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem,
        description = "`conversation_not_found`, `conversation_closed`, `message_not_found`, `message_fixed`, \
            `too_many_requests`"),
    (status = 503, body = Problem, description = "Nobody can tell; do it again"),
))]
pub(crate) async fn delete(
    State(deps): State<Deps>,
    caller: Caller,
    Id(place): Id<(ConversationId, u64)>,
) -> Result<StatusCode> {
    amend(&deps, caller.user_id, place, &Amendment::Deletion).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes a message once, and answers with what it is then. An error means that nothing was changed, or that nobody can
/// tell; asking for the same again is always right.
async fn amend(deps: &Deps, by: UserId, place: (ConversationId, u64), amendment: &Amendment) -> Result<Message> {
    let (conversation_id, seq) = place;
    let mut unknown: Vec<(Try, Message)> = Vec::new();
    deps.intake.count(by, 1).await?;
    for round in 0..ROUNDS {
        step_aside(deps, round).await;
        if let Some(amended) = committed(deps, &mut unknown).await? {
            return Ok(amended);
        }
        let view = deps.intake.amend_view(conversation_id, by, seq).await?;
        let conversation = open(view.conversation)?;
        let message = view.message.ok_or(Code::MessageNotFound)?;
        let Some(amended) = amendment.of(&message, by, deps.ambient.now())? else { return Ok(message) };
        let next = next_try(deps, conversation, amendment, &amended);
        match deps.intake.replace(&next, &amended).await {
            Ok(true) => {
                deliver(deps, next).await;
                return Ok(amended);
            }
            Ok(false) => {}
            Err(error) if error.retryable() && unknown.len() + 1 < MAX_UNKNOWN => unknown.push((next, amended)),
            Err(error) => return Err(error),
        }
    }
    Err(crowded())
}

/// What the message became by a try of unknown outcome that turns out to have been committed, and is told now.
async fn committed(deps: &Deps, unknown: &mut Vec<(Try, Message)>) -> Result<Option<Message>> {
    for index in 0..unknown.len() {
        if deps.intake.has_stored(&unknown[index].0).await? {
            let (one, amended) = unknown.swap_remove(index);
            deliver(deps, one).await;
            return Ok(Some(amended));
        }
    }
    Ok(None)
}

fn next_try(deps: &Deps, conversation: Conversation, amendment: &Amendment, amended: &Message) -> Try {
    let told = Message {
        seq: conversation.seq + 1,
        count: conversation.count,
        message_id: deps.ambient.id(),
        sent_at: deps.ambient.now(),
        content: amendment.told(amended.seq),
        ..amended.clone()
    };
    let entry = promise(deps, &conversation, 1);
    Try { conversation, messages: vec![told], entry }
}
