//! `GET /v1/auth/sessions`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::domain::id::SessionId;
use shared::domain::time::Timestamp;
use shared::edge::http::{Caller, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;

#[derive(Serialize, ToSchema)]
pub(super) struct SessionList {
    /// The last used first.
    items: Vec<SessionView>,
}

#[derive(Serialize, ToSchema)]
struct SessionView {
    session_id: SessionId,
    /// Whether this request belongs to it.
    is_current: bool,
    /// The `User-Agent` with which it was started; informal, clients may say anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// Where it was started, if a proxy in front of the API says so; informal.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    created_at: Timestamp,
    /// When its tokens were refreshed last: up to ten minutes before its last request.
    last_used_at: Timestamp,
    /// When it ends if it is not used any more.
    ends_at: Timestamp,
}

/// Lists the sessions in which you are signed in.
#[utoipa::path(get, path = "/v1/auth/sessions", operation_id = "list_sessions", tag = "auth", security(("bearer" = [])),
    responses(
        (status = 200, body = SessionList),
        (status = "4XX", body = Problem, description = "`unauthenticated`, `session_ended`"),
    ))]
pub(super) async fn list(State(deps): State<Deps>, caller: Caller) -> Result<Json<SessionList>> {
    let mut sessions = deps.keeper.live_sessions(caller.user_id).await?;
    sessions.sort_unstable_by_key(|session| std::cmp::Reverse(session.refresh.rotated_at()));
    let view = |session: shared::domain::session::Session| SessionView {
        session_id: session.session_id,
        is_current: session.session_id == caller.session_id,
        device: session.client.device,
        place: session.client.place,
        created_at: session.created_at,
        last_used_at: session.refresh.rotated_at(),
        ends_at: session.ends_at,
    };
    Ok(Json(SessionList { items: sessions.into_iter().map(view).collect() }))
}
