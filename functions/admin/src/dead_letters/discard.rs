//! `DELETE /v1/admin/dead-letters/{queue}/{message_id}`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::audit::Act;
use shared::domain::dead_letter::DeadLetterQueue;
use shared::edge::http::{Id, Problem};
use shared::error::{Code, Result};

use super::{Deps, parse};
use crate::guard::Admin;

/// Deletes a message that will never be done, such as one that nobody can read, and gives the promise up that it carries, so
/// that it does not come again by itself. There is no way back.
#[utoipa::path(delete, path = "/v1/admin/dead-letters/{queue}/{message_id}", operation_id = "discard_dead_letter", tag = "admin",
    security(("bearer" = [])), params(("queue" = DeadLetterQueue, Path), ("message_id" = String, Path)), responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`, `dead_letter_not_found`"),
    ))]
pub(super) async fn discard(
    State(deps): State<Deps>,
    Admin(admin): Admin,
    Id((queue, message_id)): Id<(String, String)>,
) -> Result<StatusCode> {
    let queue = parse(&queue)?;
    let letter = deps.letters.take(queue, &message_id).await?.ok_or(Code::DeadLetterNotFound)?;
    // It is noted while nobody else can discard it, so that the audit tells of what went, once.
    let act = Act::DeadLetterDiscarded { queue, message_id };
    deps.audit.note(&admin.notes_of_all(act, &deps.ambient)).await?;
    deps.letters.discard(queue, letter).await?;
    Ok(StatusCode::NO_CONTENT)
}
