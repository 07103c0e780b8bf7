//! `POST /v1/auth/login/code`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::fields::Fields;
use shared::domain::id::ChallengeId;
use shared::domain::input::Input;
use shared::domain::limit::{LOGIN_PER_NETWORK, SIGN_IN_CODE_PER_PERSON, Subject};
use shared::domain::outbox::{Effect, MailKind};
use shared::edge::http::{Body, Network, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;
use super::credentials::{self, Credentials};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInCodeBody {
    #[schema(value_type = String, example = "ada@example.org")]
    email: Input<String>,
    #[schema(value_type = String)]
    password: Input<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SignInCodeOffered {
    /// What `login` wants beside address, password and code.
    sign_in_id: ChallengeId,
}

/// Mails a code with which `login` takes the password again after `code_required`, if this is the password.
///
/// The answer and the work are the same whether or not it is, and whether or not the address has an account: a guesser
/// learns nothing, and cannot use up the owner's mails, of which there are six in an hour.
#[utoipa::path(post, path = "/v1/auth/login/code", operation_id = "send_sign_in_code", tag = "auth",
    request_body = SignInCodeBody, responses(
        (status = 202, body = SignInCodeOffered),
        (status = "4XX", body = Problem, description = "`too_many_requests`, `invalid_field`"),
    ))]
pub(super) async fn send(
    State(deps): State<Deps>,
    Network(network): Network,
    Body(body): Body<SignInCodeBody>,
) -> Result<(StatusCode, Json<SignInCodeOffered>)> {
    let mut fields = Fields::default();
    let credentials = Credentials::read(&mut fields, &body.email, &body.password);
    let credentials = fields.accept(credentials)?;
    deps.limiter.take(&LOGIN_PER_NETWORK, &network).await?;
    let ambient = &deps.keeper.ambient;
    let (sign_in_id, stranger) = (ambient.id(), ambient.id());
    let owner = credentials::verify(&deps, &credentials).await?.map(|owner| owner.user_id);
    let is_within =
        deps.limiter.is_within(&SIGN_IN_CODE_PER_PERSON, &Subject::person(owner.unwrap_or(stranger))).await?;
    // A mail to nobody is promised too, and comes to nothing where it would be written.
    let reader = owner.filter(|_| is_within).unwrap_or(stranger);
    deps.accounts.promise(ambient.promise(Effect::mail_code(MailKind::SignIn, reader, sign_in_id))).await?;
    Ok((StatusCode::ACCEPTED, Json(SignInCodeOffered { sign_in_id })))
}
