//! `GET /v1/blocks`, `PUT` and `DELETE /v1/blocks/{user_id}`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::try_join;
use serde::Serialize;
use shared::domain::id::UserId;
use shared::domain::limit::{BLOCK_PER_PERSON, Subject};
use shared::domain::time::Timestamp;
use shared::edge::http::{Caller, Id, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;
use crate::change::change;

#[derive(Serialize, ToSchema)]
pub(crate) struct BlockList {
    items: Vec<BlockView>,
}

#[derive(Serialize, ToSchema)]
struct BlockView {
    user_id: UserId,
    blocked_at: Timestamp,
}

/// Lists the people one has blocked.
#[utoipa::path(get, path = "/v1/blocks", operation_id = "list_blocks", tag = "connections", security(("bearer" = [])), responses(
    (status = 200, body = BlockList),
    (status = "4XX", body = Problem),
))]
pub(crate) async fn list(State(deps): State<Deps>, caller: Caller) -> Result<Json<BlockList>> {
    let people = deps.pairs.blocks_of(caller.user_id).await?.into_iter();
    let items = people.map(|person| BlockView { user_id: person.user_id, blocked_at: person.blocked_at });
    Ok(Json(BlockList { items: items.collect() }))
}

/// Blocks somebody: from the answer on the two no longer see or reach each other, and a connection is over.
///
/// The answer is the same for people who do not exist, hide, or have blocked the caller. Of whom there is nobody, nothing is
/// noted.
#[utoipa::path(put, path = "/v1/blocks/{user_id}", tag = "connections", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`too_many_requests`, `invalid_field`"),
))]
pub(crate) async fn block(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    let person = Subject::person(caller.user_id);
    let (is_somebody, ()) = try_join!(deps.people.is_somebody(user_id), deps.limiter.take(&BLOCK_PER_PERSON, &person))?;
    let now = deps.ambient.now();
    change(&deps, caller.user_id, user_id, |pair| {
        // Whoever has answered somebody without having a profile can be blocked, too.
        if is_somebody || !pair.is_of_strangers() {
            pair.block(caller.user_id, now);
        }
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a block back. A connection that it ended stays ended.
#[utoipa::path(delete, path = "/v1/blocks/{user_id}", tag = "connections", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`too_many_requests`, `invalid_field`"),
))]
pub(crate) async fn unblock(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    deps.limiter.take(&BLOCK_PER_PERSON, &Subject::person(caller.user_id)).await?;
    change(&deps, caller.user_id, user_id, |pair| {
        pair.unblock(caller.user_id);
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
