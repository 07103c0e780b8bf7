//! `GET /v1/likes`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::domain::id::UserId;
use shared::domain::time::Timestamp;
use shared::edge::http::{Caller, ListIdentity, Params, Problem, page_limit, page_of};
use shared::error::Result;
use shared::received_likes::Admirer;
use utoipa::{IntoParams, ToSchema};

use crate::Deps;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReceivedParams {
    /// How many people, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ReceivedLikeList {
    items: Vec<ReceivedLikeView>,
    /// Where the next page begins, while more may follow. A page may hold fewer people than asked for all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ReceivedLikeView {
    user_id: UserId,
    /// What they wrote for one to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    intro: Option<String>,
    liked_at: Timestamp,
}

/// Lists the people who like one and wait for an answer, those with the newest accounts first.
///
/// An answer, a block by either side, and a ban take them out of it with the next look; an answer that is taken back brings
/// them back.
#[utoipa::path(get, path = "/v1/likes", operation_id = "list_received_likes", tag = "connections", security(("bearer" = [])), params(ReceivedParams), responses(
    (status = 200, body = ReceivedLikeList),
    (status = "4XX", body = Problem, description = "`invalid_field`"),
))]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller,
    Params(params): Params<ReceivedParams>,
) -> Result<Json<ReceivedLikeList>> {
    let limit = page_limit(params.limit)?;
    let identity = ListIdentity::new(caller.user_id, &"received likes", &())?;
    let before = params.cursor.map(|cursor| identity.after::<UserId>(&cursor)).transpose()?;
    let page = deps.people.received_likes(caller.user_id, before, limit).await?;
    let next_cursor = page.next.map(|last| identity.cursor(&last)).transpose()?;
    let items = page.items.into_iter().map(ReceivedLikeView::from).collect();
    Ok(Json(ReceivedLikeList { items, next_cursor }))
}

impl From<Admirer> for ReceivedLikeView {
    fn from(Admirer { user_id, intro, liked_at }: Admirer) -> Self {
        Self { user_id, intro, liked_at }
    }
}
