//! `DELETE /v1/admin/users/{user_id}/sessions`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::audit::Act;
use shared::domain::id::UserId;
use shared::domain::session::SessionState;
use shared::edge::http::{Id, Problem};
use shared::error::Result;

use super::{Deps, below, enact};
use crate::guard::Staff;

/// Signs somebody out everywhere, such as when a session has been stolen. They may sign in again at once.
///
/// With the answer all sessions that there were have ended: their tokens are refused within two seconds, their sockets are
/// closed. Whoever knows the password can start a new one. After a failure send the same again: it ends what is left.
/// Staff is signed out by those above them.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/sessions", operation_id = "end_user_sessions", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path)), responses(
        (status = 204, description = "The person is signed out everywhere"),
        (status = "4XX", body = Problem, description = "`forbidden`, `user_not_found`, `version_conflict`"),
    ))]
pub(super) async fn end(State(deps): State<Deps>, staff: Staff, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    below(&deps, staff, user_id).await?;
    let entry = staff.notes(user_id, Act::SessionsEnded {}, None, &deps.ambient);
    enact(&deps, &entry, staff.role, &[]).await?;
    deps.sessions.hang_up_all(user_id, None, SessionState::Revoked, &deps.ambient).await?;
    Ok(StatusCode::NO_CONTENT)
}
