//! `POST /v1/auth/password/forgot`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shared::domain::id::ChallengeId;
use shared::domain::outbox::MailKind;
use shared::edge::http::{Body, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;
use super::challenge::{EmailBody, offer};

#[derive(Serialize, ToSchema)]
pub(super) struct ResetOffered {
    /// What `reset` wants beside the code.
    reset_id: ChallengeId,
}

/// Mails a code with which a new password can be set.
///
/// The answer and the work are the same whether or not the address has an account.
#[utoipa::path(post, path = "/v1/auth/password/forgot", operation_id = "forgot_password", tag = "auth",
    request_body = EmailBody, responses(
        (status = 202, body = ResetOffered),
        (status = "4XX", body = Problem, description = "`too_many_requests`, `invalid_field`"),
    ))]
pub(super) async fn forgot(
    State(deps): State<Deps>,
    Body(body): Body<EmailBody>,
) -> Result<(StatusCode, Json<ResetOffered>)> {
    let reset_id = offer(&deps, &body, MailKind::Reset).await?;
    Ok((StatusCode::ACCEPTED, Json(ResetOffered { reset_id })))
}
