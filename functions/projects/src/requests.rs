//! `GET /v1/projects/{project_id}/requests`, `PUT` and `DELETE /v1/projects/{project_id}/requests/{user_id}`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use shared::domain::id::{ProjectId, UserId};
use shared::edge::http::{Caller, Id, Params, Problem, page_limit};
use shared::error::{Code, Result};
use utoipa::ToSchema;

use crate::Deps;
use crate::change::{Wish, fulfil};
use crate::join::arrived;
use crate::pages::{PeoplePage, shown};
use crate::sight::look;
use crate::view::RequestView;

#[derive(Serialize, ToSchema)]
pub(crate) struct RequestList {
    /// A page may have fewer than were asked for: whom the reader may not meet is left out.
    items: Vec<RequestView>,
    /// What to give as `after` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<UserId>,
}

/// Lists who waits to be let in. For owners and maintainers.
#[utoipa::path(get, path = "/v1/projects/{project_id}/requests", operation_id = "list_join_requests", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), PeoplePage), responses(
    (status = 200, body = RequestList),
    (status = "4XX", body = Problem, description = "`project_not_found`, `forbidden`, `invalid_field`"),
))]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller,
    Id(project_id): Id<ProjectId>,
    Params(params): Params<PeoplePage>,
) -> Result<Json<RequestList>> {
    let limit = page_limit(params.limit)?;
    look(&deps, caller.user_id, project_id).await?.leader()?;
    let fetch = |after, rows| deps.shelf.members.list_requests(project_id, after, rows);
    let requests = shown(&deps.people, caller.user_id, params.after, limit, fetch, |request| request.user_id);
    let (requests, next_after) = requests.await?;
    let items = requests.iter().map(|(request, person)| RequestView::new(request, person)).collect();
    Ok(Json(RequestList { items, next_after }))
}

/// Lets somebody in who waits. For owners and maintainers.
#[utoipa::path(put, path = "/v1/projects/{project_id}/requests/{user_id}", operation_id = "accept_join_request", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem,
        description = "`project_not_found`, `request_not_found`, `forbidden`, `project_full`, `project_closed`"),
))]
pub(crate) async fn accept(
    State(deps): State<Deps>,
    caller: Caller,
    Id((project_id, user_id)): Id<(ProjectId, UserId)>,
) -> Result<StatusCode> {
    let sight = fulfil(&deps, caller.user_id, project_id, Wish::Accept(user_id)).await?;
    arrived(&deps, &sight, user_id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Declines a request. The person may ask again. For owners and maintainers.
#[utoipa::path(delete, path = "/v1/projects/{project_id}/requests/{user_id}", operation_id = "decline_join_request", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`project_not_found`, `request_not_found`, `forbidden`"),
))]
pub(crate) async fn decline(
    State(deps): State<Deps>,
    caller: Caller,
    Id((project_id, user_id)): Id<(ProjectId, UserId)>,
) -> Result<StatusCode> {
    look(&deps, caller.user_id, project_id).await?.leader()?;
    let was_there = deps.shelf.members.withdraw(project_id, user_id).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(Code::RequestNotFound.into()) }
}
