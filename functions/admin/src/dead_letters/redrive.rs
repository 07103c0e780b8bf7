//! `POST /v1/admin/dead-letters/{queue}/redrive`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::domain::audit::Act;
use shared::domain::dead_letter::DeadLetterQueue;
use shared::edge::http::{Id, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use super::{Deps, parse};
use crate::guard::Admin;

/// As many as fit into the time of a request with room to spare.
const AT_MOST: usize = 100;

#[derive(Serialize, ToSchema)]
pub(super) struct Redriven {
    /// How many messages were put back.
    redriven: usize,
    /// About how many are left: ask again.
    left: u64,
}

/// Puts up to 100 messages back into the queue in which they failed, to be tried five times again. What nobody can read
/// comes back.
#[utoipa::path(post, path = "/v1/admin/dead-letters/{queue}/redrive", operation_id = "redrive_dead_letters", tag = "admin",
    security(("bearer" = [])), params(("queue" = DeadLetterQueue, Path)), responses(
        (status = 200, body = Redriven),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`"),
    ))]
pub(super) async fn redrive(
    State(deps): State<Deps>,
    Admin(admin): Admin,
    Id(queue): Id<String>,
) -> Result<Json<Redriven>> {
    let queue = parse(&queue)?;
    deps.audit.note(&admin.notes_of_all(Act::DeadLettersRedriven { queue }, &deps.ambient)).await?;
    let redriven = deps.letters.redrive(queue, AT_MOST).await?;
    let left = deps.letters.count(queue).await?;
    Ok(Json(Redriven { redriven, left }))
}
