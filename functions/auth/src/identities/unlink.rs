//! `DELETE /v1/auth/identities/{provider}`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::oauth::{Provider, Unlinking};
use shared::domain::outbox::{Effect, MailKind};
use shared::edge::http::{Caller, Id, Problem};
use shared::error::{Code, Result};

use super::Deps;

/// What stays may be taken away in between, by the same person elsewhere; the next round sees what is left.
const ROUNDS: usize = 3;

/// Unlinks a provider: it no longer opens your account, and you are told by mail.
///
/// The last way in stays: without a password, another provider must be linked. Your sessions stay as they are. Whoever
/// signs in there later with an account that has your verified address links it again.
#[utoipa::path(delete, path = "/v1/auth/identities/{provider}", operation_id = "unlink_identity", tag = "auth",
    security(("bearer" = [])), params(("provider" = String, Path, description = "`google` or `github`")), responses(
        (status = 204, description = "The provider does not open the account any more"),
        (status = "4XX", body = Problem,
            description = "`unauthenticated`, `session_ended`, `identity_not_found`, `last_sign_in_method`"),
    ))]
pub(super) async fn unlink(State(deps): State<Deps>, caller: Caller, Id(provider): Id<String>) -> Result<StatusCode> {
    let provider = Provider::parse(&provider).ok_or(Code::IdentityNotFound)?;
    for _ in 0..ROUNDS {
        let linked = deps.identities.of_person(caller.user_id).await?;
        let has_password = deps.accounts.password_hash(caller.user_id).await?.is_some();
        let unlinking = Unlinking::plan(&linked, has_password, provider, |other| deps.providers.is_open(other))?;
        let told = deps.ambient.promise(Effect::mail(MailKind::IdentityUnlinked, caller.user_id));
        if deps.identities.unlink(caller.user_id, &unlinking, told).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Code::Unavailable.into())
}
