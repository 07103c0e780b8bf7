//! `POST /v1/auth/login/code`

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
pub(super) struct SignInCodeSent {
    /// What `login` wants beside password and code.
    sign_in_id: ChallengeId,
}

/// Mails a code with which `login` takes the password again after `code_required`.
///
/// The answer and the work are the same whether or not the address has an account.
#[utoipa::path(post, path = "/v1/auth/login/code", operation_id = "send_sign_in_code", tag = "auth",
    request_body = EmailBody, responses(
        (status = 202, body = SignInCodeSent),
        (status = "4XX", body = Problem, description = "`too_many_requests`, `invalid_field`"),
    ))]
pub(super) async fn send(
    State(deps): State<Deps>,
    Body(body): Body<EmailBody>,
) -> Result<(StatusCode, Json<SignInCodeSent>)> {
    let sign_in_id = offer(&deps, &body, MailKind::SignIn).await?;
    Ok((StatusCode::ACCEPTED, Json(SignInCodeSent { sign_in_id })))
}
