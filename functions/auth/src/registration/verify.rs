//! `POST /v1/auth/verify`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::account::AccountState;
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::fields::Fields;
use shared::domain::id::{ChallengeId, UserId};
use shared::domain::input::Input;
use shared::domain::limit::CODE_PER_NETWORK;
use shared::edge::http::{Body, Network, Problem};
use shared::error::{Code, Result};
use shared::ports::accounts::Confirmation;
use utoipa::ToSchema;

use super::Deps;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyBody {
    /// What `register` answered.
    #[schema(value_type = UserId)]
    registration_id: Input<UserId>,
    /// The six digits from the mail. They are good for ten minutes and five tries.
    #[schema(value_type = String, pattern = "^[0-9]{6}$", example = "042917")]
    code: Input<String>,
}

/// Confirms a registration with the code from the mail.
///
/// A wrong, expired, used or foreign code all get the same answer.
#[utoipa::path(post, path = "/v1/auth/verify", tag = "auth", request_body = VerifyBody, responses(
    (status = 204, description = "The account is ready; sign in"),
    (status = "4XX", body = Problem, description = "`invalid_code`, `too_many_requests`, `invalid_field`"),
))]
pub(super) async fn verify(
    State(deps): State<Deps>,
    Network(network): Network,
    Body(body): Body<VerifyBody>,
) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let registration_id = fields.copy("registration_id", &body.registration_id);
    let code = fields.read("code", &body.code, ConfirmationCode::parse);
    let (registration_id, code) = fields.accept(registration_id.zip(code))?;
    deps.limiter.take(&CODE_PER_NETWORK, &network).await?;
    confirm(&deps, registration_id, &code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes the account permanent if the code is the one that was mailed for it.
pub(super) async fn confirm(deps: &Deps, registration_id: UserId, code: &ConfirmationCode) -> Result<()> {
    let challenge_id = ChallengeId::from_uuid(*registration_id.as_uuid());
    let user_id = deps.codes.check(challenge_id, CodePurpose::Verify, code).await?.ok_or(Code::InvalidCode)?;
    let account = deps.accounts.find(user_id).await?;
    let pending = account.filter(|account| account.state == AccountState::Pending).ok_or(Code::InvalidCode)?;
    match deps.accounts.confirm(&pending).await? {
        Confirmation::Done => deps.codes.clear(challenge_id, CodePurpose::Verify).await.map(drop),
        Confirmation::Refused => Err(Code::InvalidCode.into()),
    }
}
