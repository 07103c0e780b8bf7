//! `POST /v1/auth/register`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::account::Account;
use shared::domain::email::EmailAddress;
use shared::domain::fields::Fields;
use shared::domain::id::{ChallengeId, UserId};
use shared::domain::input::Input;
use shared::domain::limit::{REGISTER_PER_NETWORK, Subject};
use shared::domain::outbox::{Effect, MailKind};
use shared::domain::password::Password;
use shared::edge::http::{Body, Network, PreferredLocale, Problem};
use shared::error::Result;
use shared::ports::accounts::Registration;
use utoipa::ToSchema;

use super::Deps;
use crate::mail_limits;
use crate::password::hashing;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterBody {
    /// A mail address; upper and lower case are the same.
    #[schema(value_type = String, max_length = 254, example = "ada@example.org")]
    email: Input<String>,
    /// 8 to 128 characters of any kind, none that is known from a breach.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    password: Input<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Registered {
    /// What `verify` wants beside the code. It becomes the id of the person.
    registration_id: UserId,
}

/// Registers an address and mails it a code, in the language that `Accept-Language` prefers, as all mails from then on.
///
/// The answer is the same whether or not the address has an account already; its owner is told by mail. Nothing is
/// taken until the code comes back, and a registration that is not confirmed within a day is forgotten.
#[utoipa::path(post, path = "/v1/auth/register", tag = "auth", request_body = RegisterBody, responses(
    (status = 202, body = Registered),
    (status = "4XX", body = Problem, description = "`too_many_requests`, `invalid_field`"),
))]
pub(super) async fn register(
    State(deps): State<Deps>,
    network: Network,
    PreferredLocale(locale): PreferredLocale,
    Body(body): Body<RegisterBody>,
) -> Result<(StatusCode, Json<Registered>)> {
    let (email, password) = parse(&body)?;
    deps.limiter.take(&REGISTER_PER_NETWORK, &network.0).await?;
    mail_limits::take(&deps.limiter, &Subject::address(&email), &network).await?;
    let user_id: UserId = deps.ambient.id();
    let owner = deps.accounts.owner_of(&email).await?;
    // Known or not, the work is the same: one hash, one pending account, one promise to mail.
    let password_hash = hashing::hash(password, deps.ambient.bytes()).await?;
    let effect = match owner {
        Some(owner) => Effect::mail(MailKind::AddressTaken, owner),
        None => Effect::mail_code(MailKind::Verify, user_id, ChallengeId::from_uuid(*user_id.as_uuid())),
    };
    let account = Account::pending(user_id, email, locale, deps.ambient.now());
    deps.accounts.register(Registration { account, password_hash }, deps.ambient.promise(effect)).await?;
    Ok((StatusCode::ACCEPTED, Json(Registered { registration_id: user_id })))
}

fn parse(body: &RegisterBody) -> Result<(EmailAddress, Password)> {
    let mut fields = Fields::default();
    let email = fields.read("email", &body.email, EmailAddress::parse);
    let password = fields.read("password", &body.password, Password::choose);
    fields.accept(email.zip(password))
}
