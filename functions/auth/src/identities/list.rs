//! `GET /v1/auth/identities`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::domain::oauth::{LinkedIdentity, Provider};
use shared::domain::time::Timestamp;
use shared::edge::http::{Caller, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;

#[derive(Serialize, ToSchema)]
pub(super) struct IdentityList {
    /// The one that was linked first comes first.
    items: Vec<IdentityView>,
    /// Whether the account can also be opened with a password.
    has_password: bool,
}

/// Neither the name under which the provider knows you nor the address that you have there.
#[derive(Serialize, ToSchema)]
struct IdentityView {
    provider: Provider,
    linked_at: Timestamp,
}

/// Lists what opens your account: the providers that are linked to it, and whether there is a password.
#[utoipa::path(get, path = "/v1/auth/identities", operation_id = "list_identities", tag = "auth",
    security(("bearer" = [])), responses(
        (status = 200, body = IdentityList),
        (status = "4XX", body = Problem, description = "`unauthenticated`, `session_ended`"),
    ))]
pub(super) async fn list(State(deps): State<Deps>, caller: Caller) -> Result<Json<IdentityList>> {
    let mut linked = deps.identities.of_person(caller.user_id).await?;
    linked.sort_unstable_by_key(|linked| linked.linked_at);
    let view = |linked: LinkedIdentity| IdentityView { provider: linked.id.provider(), linked_at: linked.linked_at };
    let has_password = deps.accounts.password_hash(caller.user_id).await?.is_some();
    Ok(Json(IdentityList { items: linked.into_iter().map(view).collect(), has_password }))
}
