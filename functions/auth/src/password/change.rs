//! `POST /v1/auth/password/change`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::fields::{Fields, Refusal};
use shared::domain::id::UserId;
use shared::domain::input::Input;
use shared::domain::limit::{PASSWORD_PER_PERSON, Subject};
use shared::domain::outbox::{Effect, MailKind};
use shared::domain::password::{DECOY, Password};
use shared::edge::http::{Body, Caller, Problem};
use shared::error::{Code, Error, Result};
use shared::ports::accounts::Before;
use utoipa::ToSchema;

use super::{Deps, hashing};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeBody {
    #[schema(value_type = String)]
    current_password: Input<String>,
    /// The new password: 8 to 128 characters of any kind, none that is known from a breach.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    password: Input<String>,
}

/// Changes your password, and signs out every other session. After a failure send the same again.
///
/// Whoever has no password yet, because they sign in with a provider, gets one through `forgot` and `reset`.
#[utoipa::path(post, path = "/v1/auth/password/change", operation_id = "change_password", tag = "auth",
    security(("bearer" = [])), request_body = ChangeBody, responses(
        (status = 204, description = "The password is changed, and the other sessions have ended"),
        (status = "4XX", body = Problem,
            description = "`unauthenticated`, `session_ended`, `too_many_requests`, `invalid_field`, `version_conflict`"),
    ))]
pub(super) async fn change(
    State(deps): State<Deps>,
    caller: Caller,
    Body(body): Body<ChangeBody>,
) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let current = fields.read("current_password", &body.current_password, given);
    let password = fields.read("password", &body.password, Password::choose);
    let (current, password) = fields.accept(current.zip(password))?;

    let (user_id, person) = (caller.user_id, Subject::person(caller.user_id));
    deps.limiter.take(&PASSWORD_PER_PERSON, &person).await?;
    let before = deps.accounts.password_hash(user_id).await?.unwrap_or_else(|| DECOY.to_owned());
    if hashing::matches(current, before.clone()).await? {
        replace(&deps, user_id, &before, password).await?;
    } else if !hashing::matches(password, before).await? {
        return Err(Error::invalid("current_password", WRONG));
    }
    // Changed by now, or by a request like this one that then failed half-way: what is left is to end the sessions.
    deps.limiter.give_back(&PASSWORD_PER_PERSON, &person).await?;
    deps.keeper.end_all(caller.user_id, Some(caller.session_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn replace(deps: &Deps, user_id: UserId, before: &str, password: Password) -> Result<()> {
    let ambient = &deps.keeper.ambient;
    let after = hashing::hash(password, ambient.bytes()).await?;
    let told = ambient.promise(Effect::mail(MailKind::PasswordChanged, user_id));
    let is_replaced = deps.accounts.replace_password(user_id, Before::Hash(before), after, &[told]).await?;
    is_replaced.then_some(()).ok_or_else(|| Code::VersionConflict.into())
}

/// One that cannot be a password is as wrong as any other.
fn given(text: &str) -> Result<Password, Refusal> {
    Password::parse(text).map_err(|_| WRONG.into())
}

const WRONG: &str = "current_password is wrong";
