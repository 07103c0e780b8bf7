//! `GET /v1/admin/dead-letters`

use axum::Json;
use axum::extract::State;
use futures::future::try_join_all;
use serde::Serialize;
use shared::domain::dead_letter::DeadLetterQueue;
use shared::edge::http::Problem;
use shared::error::Result;
use utoipa::ToSchema;

use super::Deps;
use crate::guard::Admin;

#[derive(Serialize, ToSchema)]
pub(super) struct DeadLetterQueues {
    items: Vec<DeadLetterCount>,
}

#[derive(Serialize, ToSchema)]
struct DeadLetterCount {
    queue: DeadLetterQueue,
    /// About how many messages rest in it. They are kept for two weeks.
    messages: u64,
}

/// Counts what failed five times, by what it was.
#[utoipa::path(get, path = "/v1/admin/dead-letters", operation_id = "list_dead_letter_queues", tag = "admin",
    security(("bearer" = [])), responses(
        (status = 200, body = DeadLetterQueues),
        (status = "4XX", body = Problem, description = "`forbidden`"),
    ))]
pub(super) async fn list(State(deps): State<Deps>, _: Admin) -> Result<Json<DeadLetterQueues>> {
    let counts = DeadLetterQueue::ALL.map(|queue| deps.letters.count(queue));
    let counts = DeadLetterQueue::ALL.into_iter().zip(try_join_all(counts).await?);
    let items = counts.map(|(queue, messages)| DeadLetterCount { queue, messages }).collect();
    Ok(Json(DeadLetterQueues { items }))
}
