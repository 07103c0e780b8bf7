//! `POST /v1/auth/password/forgot`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::email::EmailAddress;
use shared::domain::fields::Fields;
use shared::domain::id::ChallengeId;
use shared::domain::input::Input;
use shared::domain::limit::Subject;
use shared::domain::outbox::{Effect, MailKind};
use shared::edge::http::{Body, Network, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;
use crate::mail_limits;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForgotBody {
    #[schema(value_type = String, example = "ada@example.org")]
    email: Input<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ResetOffered {
    /// What `reset` wants beside the code.
    reset_id: ChallengeId,
}

/// Mails a code with which a new password can be set.
///
/// The answer and the work are the same whether or not the address has an account.
#[utoipa::path(post, path = "/v1/auth/password/forgot", operation_id = "forgot_password", tag = "auth",
    request_body = ForgotBody, responses(
        (status = 202, body = ResetOffered),
        (status = "4XX", body = Problem, description = "`too_many_requests`, `invalid_field`"),
    ))]
pub(super) async fn forgot(
    State(deps): State<Deps>,
    network: Network,
    Body(body): Body<ForgotBody>,
) -> Result<(StatusCode, Json<ResetOffered>)> {
    let mut fields = Fields::default();
    let email = fields.read("email", &body.email, EmailAddress::parse);
    let email = fields.accept(email)?;
    mail_limits::take(&deps.limiter, &Subject::address(&email), &network).await?;
    let ambient = &deps.keeper.ambient;
    let (reset_id, stranger) = (ambient.id(), ambient.id());
    // A mail to somebody who has no account is promised too, and comes to nothing where it would be written.
    let reader = deps.accounts.owner_of(&email).await?.unwrap_or(stranger);
    deps.accounts.promise(ambient.promise(Effect::mail_code(MailKind::Reset, reader, reset_id))).await?;
    Ok((StatusCode::ACCEPTED, Json(ResetOffered { reset_id })))
}
