//! `GET /v1/projects?mine`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::domain::id::ProjectId;
use shared::edge::http::{Caller, Params, Problem, page_limit, page_of};
use shared::error::{Error, Result};
use utoipa::{IntoParams, ToSchema};

use crate::Deps;
use crate::sight::{in_order, seen};
use crate::view::ProjectView;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MineParams {
    /// Must be there, as `?mine` or `?mine=true`: other lists are `popular`, `trending` and `matches`.
    #[param(value_type = bool, required = true)]
    mine: Option<String>,
    /// How many projects, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// The `next_after` of the page before.
    after: Option<ProjectId>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct OwnProjects {
    /// The project that was founded last first. A page may have fewer than were asked for.
    items: Vec<ProjectView>,
    /// What to give as `after` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<ProjectId>,
}

/// Lists the projects that one is in.
#[utoipa::path(get, path = "/v1/projects", operation_id = "list_own_projects", tag = "projects", security(("bearer" = [])), params(MineParams), responses(
    (status = 200, body = OwnProjects),
    (status = "4XX", body = Problem, description = "`invalid_field`"),
))]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller,
    Params(params): Params<MineParams>,
) -> Result<Json<OwnProjects>> {
    let limit = page_limit(params.limit)?;
    if !matches!(params.mine.as_deref(), Some("" | "true")) {
        return Err(Error::invalid("mine", "mine must be given: other lists are popular, trending and matches"));
    }
    let ids = deps.shelf.members.of_person(caller.user_id, params.after, limit).await?;
    let next_after = ids.last().copied().filter(|_| ids.len() == limit);
    let ventures = in_order(&ids, deps.shelf.projects.find_many(&ids).await?);
    let sights = seen(&deps, caller.user_id, ventures).await?;
    let own = sights.iter().filter(|sight| sight.member.is_some());
    Ok(Json(OwnProjects { items: own.map(ProjectView::from).collect(), next_after }))
}
