//! `POST /v1/auth/verify`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::account::AccountState;
use shared::domain::code::ConfirmationCode;
use shared::domain::fields::Fields;
use shared::domain::id::UserId;
use shared::edge::http::{Body, Problem};
use shared::error::{Code, Result};
use shared::ports::accounts::Confirmation;
use utoipa::ToSchema;

use super::Deps;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyBody {
    /// What `register` answered.
    registration_id: UserId,
    /// The six digits from the mail. They are good for ten minutes and five tries.
    #[schema(pattern = "^[0-9]{6}$", example = "042917")]
    code: String,
}

/// Confirms a registration with the code from the mail.
///
/// A wrong, expired, used or foreign code all get the same answer.
#[utoipa::path(post, path = "/v1/auth/verify", tag = "auth", request_body = VerifyBody, responses(
    (status = 204, description = "The account is ready; sign in"),
    (status = "4XX", body = Problem, description = "`invalid_code`, `invalid_field`"),
))]
pub(super) async fn verify(State(deps): State<Deps>, Body(body): Body<VerifyBody>) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let code = fields.take("code", ConfirmationCode::parse(&body.code));
    let code = fields.accept(code)?;
    if !deps.codes.check(body.registration_id, &code).await? {
        return Err(Code::InvalidCode.into());
    }
    let account = deps.accounts.find(body.registration_id).await?;
    let pending = account.filter(|account| account.state == AccountState::Pending).ok_or(Code::InvalidCode)?;
    match deps.accounts.confirm(&pending).await? {
        Confirmation::Done => deps.codes.clear(pending.user_id).await?,
        Confirmation::Refused => return Err(Code::InvalidCode.into()),
    }
    Ok(StatusCode::NO_CONTENT)
}
