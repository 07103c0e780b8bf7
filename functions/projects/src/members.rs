//! `GET /v1/projects/{project_id}/members`, `PUT` and `DELETE /v1/projects/{project_id}/members/{user_id}`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::fields::Fields;
use shared::domain::id::{ProjectId, UserId};
use shared::domain::input::Input;
use shared::domain::project::MemberRole;
use shared::edge::http::{Body, Caller, Id, Params, Problem, page_limit};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;
use crate::change::{Wish, fulfil};
use crate::pages::{PeoplePage, shown};
use crate::sight::look;
use crate::view::MemberView;

#[derive(Serialize, ToSchema)]
pub(crate) struct MemberList {
    /// A page may have fewer than were asked for: whom the reader may not meet is left out.
    items: Vec<MemberView>,
    /// What to give as `after` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<UserId>,
}

/// Lists who is in a project.
#[utoipa::path(get, path = "/v1/projects/{project_id}/members", operation_id = "list_members", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), PeoplePage), responses(
    (status = 200, body = MemberList),
    (status = "4XX", body = Problem, description = "`project_not_found`, `invalid_field`"),
))]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller,
    Id(project_id): Id<ProjectId>,
    Params(params): Params<PeoplePage>,
) -> Result<Json<MemberList>> {
    let limit = page_limit(params.limit)?;
    look(&deps, caller.user_id, project_id).await?;
    let fetch = |after, rows| deps.shelf.members.list(project_id, after, rows);
    let members = shown(&deps.people, caller.user_id, params.after, limit, fetch, |member| member.user_id);
    let (members, next_after) = members.await?;
    let items = members.iter().map(|(member, person)| MemberView::new(member, person)).collect();
    Ok(Json(MemberList { items, next_after }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleBody {
    #[schema(value_type = MemberRole)]
    role: Input<String>,
}

/// Gives a member another role. For owners; a project has at most five of them, and an open one at least one.
#[utoipa::path(put, path = "/v1/projects/{project_id}/members/{user_id}", operation_id = "appoint_member", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)), request_body = RoleBody, responses(
    (status = 204),
    (status = "4XX", body = Problem,
        description = "`project_not_found`, `member_not_found`, `forbidden`, `last_owner`, `project_closed`, `invalid_field`"),
))]
pub(crate) async fn appoint(
    State(deps): State<Deps>,
    caller: Caller,
    Id((project_id, user_id)): Id<(ProjectId, UserId)>,
    Body(body): Body<RoleBody>,
) -> Result<StatusCode> {
    let mut fields = Fields::default();
    let role = fields.read("role", &body.role, MemberRole::parse);
    let role = fields.accept(role)?;
    fulfil(&deps, caller.user_id, project_id, Wish::Appoint(user_id, role)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a member: owners anybody, maintainers plain members.
#[utoipa::path(delete, path = "/v1/projects/{project_id}/members/{user_id}", operation_id = "remove_member", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), ("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem,
        description = "`project_not_found`, `member_not_found`, `forbidden`, `last_owner`"),
))]
pub(crate) async fn remove(
    State(deps): State<Deps>,
    caller: Caller,
    Id((project_id, user_id)): Id<(ProjectId, UserId)>,
) -> Result<StatusCode> {
    fulfil(&deps, caller.user_id, project_id, Wish::Remove(user_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
