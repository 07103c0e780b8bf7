//! `POST /v1/projects`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::try_join;
use serde::Deserialize;
use shared::domain::conversation::ClientId;
use shared::domain::fields::Fields;
use shared::domain::input::Input;
use shared::domain::limit::{FOUND_PER_PERSON, Subject};
use shared::domain::outbox::Effect;
use shared::domain::project::{Project, ProjectDetails, ProjectInput};
use shared::edge::http::{Body, Caller, Problem};
use shared::error::{Code, Error, Result};
use shared::ports::projects::{Founded, Founding};
use utoipa::ToSchema;

use crate::Deps;
use crate::sight::look;
use crate::view::ProjectView;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FoundBody {
    /// A name of the client for this wish, so that sending it again founds nothing twice: 1 to 64 letters, digits, hyphens
    /// or underscores.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    client_id: Input<String>,
    #[schema(value_type = ProjectInput)]
    project: Input<ProjectInput>,
}

/// Founds a project, whose owner one becomes. The same `client_id` again answers with the project that it founded.
#[utoipa::path(post, path = "/v1/projects", operation_id = "found_project", tag = "projects", security(("bearer" = [])), request_body = FoundBody, responses(
    (status = 201, body = ProjectView),
    (status = "4XX", body = Problem, description = "`invalid_field`, `profile_missing`, `client_id_reused`, `too_many_requests`"),
))]
pub(crate) async fn found(
    State(deps): State<Deps>,
    caller: Caller,
    Body(body): Body<FoundBody>,
) -> Result<(StatusCode, Json<ProjectView>)> {
    let (client_id, details) = parse(&body)?;
    let person = Subject::person(caller.user_id);
    try_join!(deps.people.oneself(caller.user_id), deps.limiter.take(&FOUND_PER_PERSON, &person))?;
    let digest = details.digest()?;
    let project = Project::new(deps.ambient.id(), caller.user_id, details, deps.ambient.now());
    let promise = deps.ambient.promise(Effect::embed_project(project.project_id));
    let founding = Founding { project, founder: caller.user_id, client_id, digest };
    let project_id = match deps.shelf.register.found(&founding, &promise).await? {
        Founded::Now => founding.project.project_id,
        Founded::Before(project_id) => project_id,
        Founded::NameTaken => return Err(Error::new(Code::ClientIdReused, "The client_id founded another project")),
    };
    let sight = look(&deps, caller.user_id, project_id).await?;
    Ok((StatusCode::CREATED, Json(ProjectView::from(&sight))))
}

fn parse(body: &FoundBody) -> Result<(ClientId, ProjectDetails)> {
    let mut fields = Fields::default();
    let client_id = fields.read("client_id", &body.client_id, ClientId::parse);
    let details = fields.object("project", &body.project, ProjectDetails::parse);
    fields.accept(client_id.zip(details))
}
