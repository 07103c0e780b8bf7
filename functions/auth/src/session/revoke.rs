//! `DELETE /v1/auth/sessions` and `DELETE /v1/auth/sessions/{session_id}`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::id::SessionId;
use shared::edge::http::{Caller, Id, Params, Problem};
use shared::error::Result;
use utoipa::IntoParams;

use super::Deps;

/// Ends one of your sessions, the current one included.
///
/// A session that has ended already, or is not yours, gets the same answer.
#[utoipa::path(delete, path = "/v1/auth/sessions/{session_id}", operation_id = "revoke_session", tag = "auth",
    security(("bearer" = [])), params(("session_id" = SessionId, Path)), responses(
        (status = 204, description = "Its tokens are refused within two seconds and its sockets are closed"),
        (status = "4XX", body = Problem, description = "`unauthenticated`, `session_ended`"),
    ))]
pub(super) async fn one(State(deps): State<Deps>, caller: Caller, Id(session_id): Id<SessionId>) -> Result<StatusCode> {
    if let Some(session) = deps.keeper.sessions.find(caller.user_id, session_id).await? {
        deps.keeper.end(&session).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RevokeParams {
    /// Leaves the session of this request alone.
    #[serde(default)]
    keep_current: bool,
}

/// Ends all your sessions, or all but the current one.
#[utoipa::path(delete, path = "/v1/auth/sessions", operation_id = "revoke_sessions", tag = "auth",
    security(("bearer" = [])), params(RevokeParams), responses(
        (status = 204, description = "Their tokens are refused within two seconds and their sockets are closed"),
        (status = "4XX", body = Problem, description = "`unauthenticated`, `session_ended`, `malformed_request`"),
    ))]
pub(super) async fn all(
    State(deps): State<Deps>,
    caller: Caller,
    Params(params): Params<RevokeParams>,
) -> Result<StatusCode> {
    deps.keeper.end_all(caller.user_id, params.keep_current.then_some(caller.session_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
