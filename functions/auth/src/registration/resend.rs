//! `POST /v1/auth/resend`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::account::AccountState;
use shared::domain::fields::Fields;
use shared::domain::id::{ChallengeId, UserId};
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
pub(super) struct ResendBody {
    /// What `register` answered.
    #[schema(value_type = UserId)]
    registration_id: Input<UserId>,
}

/// Mails another code for a registration. The one before stays good too.
///
/// The answer is the same whether or not there is anything to confirm.
#[utoipa::path(post, path = "/v1/auth/resend", tag = "auth", request_body = ResendBody, responses(
    (status = 202, description = "A mail is on its way, if there is anything to confirm"),
    (status = "4XX", body = Problem, description = "`too_many_requests`, `invalid_field`"),
))]
pub(super) async fn resend(
    State(deps): State<Deps>,
    network: Network,
    Body(body): Body<ResendBody>,
) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let id = fields.copy("registration_id", &body.registration_id);
    let id = fields.accept(id)?;
    let account = deps.accounts.find(id).await?;
    let pending = account.filter(|account| account.state == AccountState::Pending);
    let subject = pending.map_or_else(|| Subject::person(id), |pending| Subject::address(&pending.email));
    mail_limits::take(&deps.limiter, &subject, &network).await?;
    // Promised in any case: the mail comes to nothing where it would be written.
    let effect = Effect::mail_code(MailKind::Verify, id, ChallengeId::from_uuid(*id.as_uuid()));
    deps.accounts.promise(deps.ambient.promise(effect)).await?;
    Ok(StatusCode::ACCEPTED)
}
