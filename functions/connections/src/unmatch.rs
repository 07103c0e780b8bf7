//! `DELETE /v1/connections/{user_id}`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::id::UserId;
use shared::domain::pair::Pair;
use shared::edge::http::{Caller, Id, Problem};
use shared::error::Result;

use crate::Deps;
use crate::change::change;

/// Ends a connection for good. From the answer on nothing more is accepted in its conversation.
#[utoipa::path(delete, path = "/v1/connections/{user_id}", tag = "connections", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`connection_not_found`"),
))]
pub(crate) async fn unmatch(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    change(&deps, caller.user_id, user_id, Pair::unmatch).await?;
    Ok(StatusCode::NO_CONTENT)
}
