//! `GET /v1/connections`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::time::Timestamp;
use shared::edge::http::{Caller, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;

#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionList {
    items: Vec<ConnectionView>,
}

#[derive(Serialize, ToSchema)]
struct ConnectionView {
    user_id: UserId,
    conversation_id: ConversationId,
    matched_at: Timestamp,
    /// What they wrote when they liked one.
    #[serde(skip_serializing_if = "Option::is_none")]
    intro: Option<String>,
}

/// Lists the people one is connected with.
#[utoipa::path(get, path = "/v1/connections", operation_id = "list_connections", tag = "connections", security(("bearer" = [])), responses(
    (status = 200, body = ConnectionList),
    (status = "4XX", body = Problem),
))]
pub(crate) async fn list(State(deps): State<Deps>, caller: Caller) -> Result<Json<ConnectionList>> {
    let people = deps.pairs.connections_of(caller.user_id).await?.into_iter();
    let items = people.map(|person| ConnectionView {
        user_id: person.user_id,
        conversation_id: person.conversation_id,
        matched_at: person.matched_at,
        intro: person.intro,
    });
    Ok(Json(ConnectionList { items: items.collect() }))
}
