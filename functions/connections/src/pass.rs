//! `PUT /v1/passes/{user_id}`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::id::UserId;
use shared::edge::http::{Caller, Id, Problem};
use shared::error::Result;

use crate::Deps;
use crate::change::answer;

/// Passes on somebody: they are not suggested again. Takes a like back that was not returned yet.
///
/// Like a like, it teaches what matters to its giver: see `/v1/learning`.
#[utoipa::path(put, path = "/v1/passes/{user_id}", tag = "connections", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`profile_not_found`, `already_connected`"),
))]
pub(crate) async fn pass(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    let encounter = deps.people.meet(caller.user_id, user_id).await?;
    let other = encounter.other()?;
    let now = deps.ambient.now();
    answer(&deps, caller.user_id, user_id, encounter.impression.as_ref(), |pair| {
        pair.refuse_unless_seen(caller.user_id, other.details.visible)?;
        pair.pass(caller.user_id, now)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
