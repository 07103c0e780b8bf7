//! `POST /v1/auth/logout`

use axum::extract::State;
use axum::http::StatusCode;
use shared::edge::http::{Caller, Problem};
use shared::error::Result;

use super::Deps;

/// Ends the session of the token that is sent.
///
/// Its access and refresh tokens are refused from now on, by every function within two seconds, and the sockets that
/// it opened are closed.
#[utoipa::path(post, path = "/v1/auth/logout", tag = "auth", security(("bearer" = [])), responses(
    (status = 204, description = "The session has ended"),
    (status = "4XX", body = Problem, description = "`unauthenticated`, `session_ended`"),
))]
pub(super) async fn logout(State(deps): State<Deps>, caller: Caller) -> Result<StatusCode> {
    if let Some(session) = deps.keeper.sessions.find(caller.user_id, caller.session_id).await? {
        deps.keeper.end(&session).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
