//! `POST /v1/auth/password/reset`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::fields::Fields;
use shared::domain::id::ChallengeId;
use shared::domain::input::Input;
use shared::domain::limit::CODE_PER_NETWORK;
use shared::domain::outbox::{Effect, MailKind};
use shared::domain::password::Password;
use shared::edge::http::{Body, Network, Problem};
use shared::error::{Code, Result};
use shared::ports::accounts::Before;
use utoipa::ToSchema;

use super::{Deps, credentials, hashing};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetBody {
    /// What `forgot` answered, or what the link in the mail carries.
    #[schema(value_type = ChallengeId)]
    reset_id: Input<ChallengeId>,
    /// The eight digits from the mail. They are good for ten minutes and five tries.
    #[schema(value_type = String, pattern = "^[0-9]{8}$", example = "04291735")]
    code: Input<String>,
    /// The new password: 8 to 128 characters of any kind, none that is known from a breach.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    password: Input<String>,
}

/// Sets a new password with the code from the mail, and signs out everywhere.
///
/// Every session ends and every socket is closed within seconds; the owner is told by mail. Codes that were asked for before
/// are of no use any more. After a failure send the same again: it ends what is left.
#[utoipa::path(post, path = "/v1/auth/password/reset", operation_id = "reset_password", tag = "auth",
    request_body = ResetBody, responses(
        (status = 204, description = "The password is set; sign in"),
        (status = "4XX", body = Problem, description = "`invalid_code`, `too_many_requests`, `invalid_field`"),
    ))]
pub(super) async fn reset(
    State(deps): State<Deps>,
    Network(network): Network,
    Body(body): Body<ResetBody>,
) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let reset_id = fields.copy("reset_id", &body.reset_id);
    let code = fields.read("code", &body.code, ConfirmationCode::parse);
    let password = fields.read("password", &body.password, Password::choose);
    let ((reset_id, code), password) = fields.accept(reset_id.zip(code).zip(password))?;
    deps.limiter.take(&CODE_PER_NETWORK, &network).await?;
    let user_id = deps.codes.check(reset_id, CodePurpose::Reset, &code).await?.ok_or(Code::InvalidCode)?;

    let ambient = &deps.keeper.ambient;
    let after = hashing::hash(password.clone(), ambient.bytes()).await?;
    let told = ambient.promise(Effect::mail(MailKind::PasswordChanged, user_id));
    // Whoever has read an older mail loses with the first new password what that mail was good for.
    let before = Before::NothingSince(reset_id.made_at());
    let is_set = deps.accounts.replace_password(user_id, before, after, &[told]).await?;
    if !is_set && !credentials::has_password(&deps, user_id, password).await? {
        return Err(Code::InvalidCode.into());
    }
    // The code is spent last: if ending the sessions fails half-way, the same request ends the rest.
    deps.keeper.end_all(user_id, None).await?;
    deps.codes.clear(reset_id, CodePurpose::Reset).await?;
    Ok(StatusCode::NO_CONTENT)
}
