//! `GET` and `PUT /v1/projects/{project_id}`, `POST /v1/projects/{project_id}/close`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::fields::Fields;
use shared::domain::id::ProjectId;
use shared::domain::input::Input;
use shared::domain::outbox::Effect;
use shared::domain::project::{Event, ProjectDetails, ProjectInput};
use shared::edge::http::{Body, Caller, Id, Problem};
use shared::error::{Code, Result};
use shared::ports::projects::Attention;
use utoipa::ToSchema;

use crate::Deps;
use crate::change::note;
use crate::sight::look;
use crate::view::ProjectView;

/// Reads a project.
///
/// One that does not exist, is private or closed and not one's own, or that an owner keeps from the reader (by a block of
/// either, or by being suspended) gets the same answer.
#[utoipa::path(get, path = "/v1/projects/{project_id}", operation_id = "read_project", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path)), responses(
    (status = 200, body = ProjectView),
    (status = "4XX", body = Problem, description = "`project_not_found`"),
))]
pub(crate) async fn read(
    State(deps): State<Deps>,
    caller: Caller,
    Id(project_id): Id<ProjectId>,
) -> Result<Json<ProjectView>> {
    let user_id = caller.user_id;
    let sight = look(&deps, user_id, project_id).await?;
    // Members look after their own; what they look at says nothing.
    if sight.member.is_none() {
        let field = sight.project().details.field;
        note(&deps, Attention { project_id, field, user_id, event: Event::View }).await;
    }
    Ok(Json(ProjectView::from(&sight)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditBody {
    /// The `version` of the project that is replaced.
    #[schema(value_type = u64, minimum = 1)]
    version: Input<u64>,
    #[schema(value_type = ProjectInput)]
    project: Input<ProjectInput>,
}

/// Writes all that a project says; what is left out is removed. For owners and maintainers.
#[utoipa::path(put, path = "/v1/projects/{project_id}", operation_id = "edit_project", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path)), request_body = EditBody, responses(
    (status = 200, body = ProjectView),
    (status = "4XX", body = Problem,
        description = "`project_not_found`, `forbidden`, `invalid_field`, `project_closed`, `version_conflict` if somebody else edited it"),
))]
pub(crate) async fn edit(
    State(deps): State<Deps>,
    caller: Caller,
    Id(project_id): Id<ProjectId>,
    Body(body): Body<EditBody>,
) -> Result<Json<ProjectView>> {
    let (version, details) = parse(&body)?;
    let mut sight = look(&deps, caller.user_id, project_id).await?;
    sight.leader()?;
    let before = sight.project().clone();
    let known = before.text_hash.clone();
    let project = before.edited(version, details, deps.ambient.now())?;
    let effect = (project.text_hash != known).then(|| Effect::embed_project(project_id));
    let promise = effect.map(|effect| deps.ambient.promise(effect));
    if !deps.shelf.register.edit(&project, caller.user_id, promise.as_ref()).await? {
        return Err(Code::VersionConflict.into());
    }
    sight.venture.project = project;
    Ok(Json(ProjectView::from(&sight)))
}

fn parse(body: &EditBody) -> Result<(u64, ProjectDetails)> {
    let mut fields = Fields::default();
    let version = fields.copy("version", &body.version);
    let details = fields.object("project", &body.project, ProjectDetails::parse);
    fields.accept(version.zip(details))
}

/// Closes a project for good: nobody joins, nothing is edited, and only members still see it. For owners.
#[utoipa::path(post, path = "/v1/projects/{project_id}/close", operation_id = "close_project", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`project_not_found`, `forbidden`"),
))]
pub(crate) async fn close(
    State(deps): State<Deps>,
    caller: Caller,
    Id(project_id): Id<ProjectId>,
) -> Result<StatusCode> {
    let sight = look(&deps, caller.user_id, project_id).await?;
    sight.leader()?.refuse_unless_owner()?;
    let is_closed = !sight.project().is_open() || deps.shelf.register.close(project_id, caller.user_id).await?;
    if is_closed { Ok(StatusCode::NO_CONTENT) } else { Err(Code::Forbidden.into()) }
}
