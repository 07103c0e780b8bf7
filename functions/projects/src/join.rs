//! `PUT` and `DELETE /v1/projects/{project_id}/members/me`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::try_join;
use serde::{Deserialize, Serialize};
use shared::domain::fields::Fields;
use shared::domain::id::{ProjectId, UserId};
use shared::domain::input::Input;
use shared::domain::limit::{JOIN_PER_PERSON, Subject};
use shared::domain::project::{Event, JoinRequest, Joining, MembershipChange, Note};
use shared::edge::http::{Body, Caller, Id, Problem};
use shared::error::{Code, Result};
use shared::ports::projects::{Attention, Changed};
use utoipa::ToSchema;

use crate::Deps;
use crate::change::{ROUNDS, Wish, carry_out, fulfil, note};
use crate::sight::{Sight, look};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JoinBody {
    /// A few words for those who decide, at most 500 characters; used where one has to ask.
    #[schema(value_type = Option<String>, max_length = 500)]
    note: Option<Input<String>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct JoinAnswer {
    state: JoinState,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JoinState {
    Joined,
    /// An owner or maintainer has to say so.
    Requested,
}

/// Joins a project, or asks to if it takes requests. Doing it twice changes nothing, but the note.
#[utoipa::path(put, path = "/v1/projects/{project_id}/members/me", operation_id = "join_project", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path)), request_body = JoinBody, responses(
    (status = 200, body = JoinAnswer),
    (status = "4XX", body = Problem,
        description = "`project_not_found`, `profile_missing`, `project_full`, `too_many_requests`, `invalid_field`"),
))]
pub(crate) async fn join(
    State(deps): State<Deps>,
    caller: Caller,
    Id(project_id): Id<ProjectId>,
    Body(body): Body<JoinBody>,
) -> Result<Json<JoinAnswer>> {
    let mut fields = Fields::default();
    let words = fields.read_optional("note", body.note.as_ref(), Note::parse);
    let words = fields.accept(words)?.filter(|note| !note.as_str().is_empty());
    let person = Subject::person(caller.user_id);
    try_join!(deps.people.oneself(caller.user_id), deps.limiter.take(&JOIN_PER_PERSON, &person))?;
    for _ in 0..ROUNDS {
        let sight = look(&deps, caller.user_id, project_id).await?;
        if let Some(state) = step(&deps, caller.user_id, &sight, words.clone()).await? {
            return Ok(Json(JoinAnswer { state }));
        }
    }
    Err(Code::Unavailable.into())
}

/// Joins or asks, as the project wants it; nothing if it has become another one meanwhile.
async fn step(deps: &Deps, user_id: UserId, sight: &Sight, note: Option<Note>) -> Result<Option<JoinState>> {
    if sight.member.is_some() {
        return Ok(Some(JoinState::Joined));
    }
    let (project, now) = (sight.project(), deps.ambient.now());
    let change = MembershipChange::join(project, user_id, now)?;
    let (changed, state) = match project.details.joining {
        Joining::Open => (carry_out(deps, &change).await?, JoinState::Joined),
        Joining::ByRequest => {
            let request = JoinRequest { project_id: project.project_id, user_id, note, requested_at: now };
            (deps.shelf.members.request(&request).await?, JoinState::Requested)
        }
    };
    if changed != Changed::Done {
        return Ok(None);
    }
    if matches!(state, JoinState::Joined) {
        arrived(deps, sight, user_id).await;
    }
    Ok(Some(state))
}

/// Counts that somebody came.
pub(crate) async fn arrived(deps: &Deps, sight: &Sight, user_id: UserId) {
    let (project_id, field) = (sight.project().project_id, sight.project().details.field);
    note(deps, Attention { project_id, field, user_id, event: Event::Join }).await;
}

/// Leaves a project, or takes a request back. The last owner of an open project has to stay.
///
/// One can always leave, also a project that one no longer sees; having left is the same as never having been there.
#[utoipa::path(delete, path = "/v1/projects/{project_id}/members/me", operation_id = "leave_project", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`last_owner`"),
))]
pub(crate) async fn leave(
    State(deps): State<Deps>,
    caller: Caller,
    Id(project_id): Id<ProjectId>,
) -> Result<StatusCode> {
    let user_id = caller.user_id;
    if deps.shelf.members.find(project_id, user_id).await?.is_none() {
        deps.shelf.members.withdraw(project_id, user_id).await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    fulfil(&deps, user_id, project_id, Wish::Leave).await?;
    Ok(StatusCode::NO_CONTENT)
}
