//! `DELETE /v1/auth/mail/hold`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::limit::{RESUME_MAIL_PER_PERSON, Subject};
use shared::edge::http::{Caller, Problem};
use shared::error::Result;

use super::Deps;

/// Has mails sent again that were held back. If they still do not arrive, they are held back again.
#[utoipa::path(delete, path = "/v1/auth/mail/hold", operation_id = "resume_mail", tag = "auth", security(("bearer" = [])), responses(
    (status = 204, description = "Mails are sent"),
    (status = "4XX", body = Problem, description = "`too_many_requests`, `unauthenticated`, `session_ended`"),
))]
pub(super) async fn resume(State(deps): State<Deps>, caller: Caller) -> Result<StatusCode> {
    deps.limiter.take(&RESUME_MAIL_PER_PERSON, &Subject::person(caller.user_id)).await?;
    deps.mailboxes.resume(caller.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
