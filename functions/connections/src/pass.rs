//! `PUT /v1/passes/{user_id}`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::id::UserId;
use shared::domain::profile::Profile;
use shared::edge::http::{Caller, Id, Problem};
use shared::error::{Code, Result};

use crate::Deps;
use crate::change::change;

/// Passes on somebody: they are not suggested again. Takes a like back that was not returned yet.
#[utoipa::path(put, path = "/v1/passes/{user_id}", tag = "connections", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`profile_not_found`, `already_connected`"),
))]
pub(crate) async fn pass(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    let other = deps.profiles.find(user_id).await?.and_then(Profile::unless_hidden).ok_or(Code::ProfileNotFound)?;
    let now = deps.ambient.now();
    change(&deps, caller.user_id, user_id, |pair| {
        pair.refuse_unless_seen(caller.user_id, other.details.visible)?;
        pair.pass(caller.user_id, now)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
