//! `GET /v1/admin/dead-letters/{queue}`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::domain::audit::Act;
use shared::domain::dead_letter::{DeadLetter, DeadLetterQueue};
use shared::domain::time::Timestamp;
use shared::edge::http::{Id, Params, Problem, page_limit, page_of};
use shared::error::Result;
use utoipa::{IntoParams, ToSchema};

use super::{Deps, parse};
use crate::guard::Admin;

/// Characters of a body that are shown: the answer has a limit, and what nobody can read may have none.
const SHOWN: usize = 2_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReadParams {
    /// How many messages, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
}

#[derive(Serialize, ToSchema)]
pub(super) struct DeadLetterList {
    /// In no particular order. What somebody else looks at this moment is not among them.
    items: Vec<DeadLetterView>,
}

#[derive(Serialize, ToSchema)]
struct DeadLetterView {
    message_id: String,
    sent_at: Timestamp,
    /// The queue in which it failed; missing for one that was put here by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    came_from: Option<String>,
    /// What was to be done, as the queue had it: at most the first 2,000 characters.
    body: String,
}

/// Shows what failed five times; it stays where it is. Who looked is noted in the audit.
#[utoipa::path(get, path = "/v1/admin/dead-letters/{queue}", operation_id = "read_dead_letters", tag = "admin",
    security(("bearer" = [])), params(("queue" = DeadLetterQueue, Path), ReadParams), responses(
        (status = 200, body = DeadLetterList),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`"),
    ))]
pub(super) async fn read(
    State(deps): State<Deps>,
    Admin(admin): Admin,
    Id(queue): Id<String>,
    Params(params): Params<ReadParams>,
) -> Result<Json<DeadLetterList>> {
    let (queue, limit) = (parse(&queue)?, page_limit(params.limit)?);
    deps.audit.note(&admin.notes_of_all(Act::DeadLettersRead { queue }, &deps.ambient)).await?;
    let letters = deps.letters.read(queue, limit).await?;
    Ok(Json(DeadLetterList { items: letters.into_iter().map(DeadLetterView::from).collect() }))
}

impl From<DeadLetter> for DeadLetterView {
    fn from(DeadLetter { message_id, sent_at, came_from, body }: DeadLetter) -> Self {
        Self { message_id, sent_at, came_from, body: body.chars().take(SHOWN).collect() }
    }
}
