//! `GET /v1/projects/matches` and `/v1/projects/{project_id}/match`

use axum::Json;
use axum::extract::State;
use futures::try_join;
use serde::Serialize;
use shared::domain::id::{ProjectId, UserId};
use shared::domain::limit::{FIT_PER_PERSON, Subject};
use shared::domain::matching::{self, FIT_VERSION, Features, Needs, Person, Score, SkillMatrix};
use shared::domain::project::ProjectRank;
use shared::edge::http::{Caller, Id, ListIdentity, Params, Problem, page_limit};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;
use crate::pages::RankedPage;
use crate::sight::{Sight, in_order, look, seen};
use crate::view::ProjectCard;

/// How many projects are scored for one list: those that were edited last.
const CANDIDATES: usize = 300;

#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectMatchList {
    /// Best first.
    items: Vec<ProjectMatch>,
    /// What to give as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProjectMatch {
    #[serde(flatten)]
    project: ProjectCard,
    score: Score,
}

/// Lists projects by how well they fit the reader, best first, with the reasons.
///
/// They are listed, look for people, and are none of one's own.
#[utoipa::path(get, path = "/v1/projects/matches", operation_id = "list_project_matches", tag = "projects", security(("bearer" = [])), params(RankedPage), responses(
    (status = 200, body = ProjectMatchList),
    (status = "4XX", body = Problem, description = "`profile_missing`, `too_many_requests`, `invalid_field`, `cursor_outdated` after an edit of one's own"),
))]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller,
    Params(params): Params<RankedPage>,
) -> Result<Json<ProjectMatchList>> {
    let limit = page_limit(params.limit)?;
    let counted = Subject::person(caller.user_id);
    let counted = deps.limiter.take(&FIT_PER_PERSON, &counted);
    let (me, model, ()) = try_join!(deps.people.oneself(caller.user_id), deps.people.models.current(), counted)?;
    let edition = (me.profile.version, model.matrix.version(), FIT_VERSION);
    let identity = ListIdentity::new(caller.user_id, &"projects/matches", &edition)?;
    let after = params.cursor.map(|cursor| identity.after::<ProjectRank>(&cursor)).transpose()?;
    let ranking = ranking(&deps, &me, &model.matrix).await?;
    let rest = &ranking[ranking.partition_point(|rank| after.is_some_and(|place| *rank <= place))..];
    let (sights, next) = page(&deps, caller.user_id, rest, limit).await?;
    let items = sights.iter().map(|sight| explained(&me, sight, &model.matrix)).collect();
    let next_cursor = next.map(|place| identity.cursor(&place)).transpose()?;
    Ok(Json(ProjectMatchList { items, next_cursor }))
}

/// The projects worth looking at for a person, in the order of how well they fit. Who is kept from which is asked of a page.
async fn ranking(deps: &Deps, me: &Person, matrix: &SkillMatrix) -> Result<Vec<ProjectRank>> {
    let ids = deps.shelf.projects.newest(CANDIDATES).await?;
    let ventures = deps.shelf.projects.find_many(&ids).await?;
    let features = Features::of(me, matrix);
    let looking = ventures.iter().filter(|venture| venture.project.is_looking());
    let mut ranks: Vec<_> = looking
        .map(|venture| {
            let total = matching::fit_total(&features, &Needs::of(venture, matrix), matrix);
            ProjectRank::new(venture.project.project_id, total)
        })
        .collect();
    ranks.sort_unstable();
    Ok(ranks)
}

/// The first `limit` projects of a ranking that may be shown now, read afresh, and where the next page begins.
async fn page(
    deps: &Deps,
    me: UserId,
    rest: &[ProjectRank],
    limit: usize,
) -> Result<(Vec<Sight>, Option<ProjectRank>)> {
    let mut page = Vec::new();
    for batch in rest.chunks(limit + limit / 2 + 5) {
        let ids: Vec<ProjectId> = batch.iter().map(|rank| rank.project_id()).collect();
        let mut ventures = in_order(&ids, deps.shelf.projects.find_many(&ids).await?);
        ventures.retain(|venture| venture.project.is_looking());
        for sight in seen(deps, me, ventures).await? {
            if sight.member.is_some() {
                continue;
            }
            let place = batch.iter().find(|rank| rank.project_id() == sight.project().project_id).copied();
            page.push(sight);
            if page.len() == limit {
                return Ok((page, place.filter(|place| rest.last() != Some(place))));
            }
        }
    }
    Ok((page, None))
}

fn explained(me: &Person, sight: &Sight, matrix: &SkillMatrix) -> ProjectMatch {
    let score = matching::fit(me, &sight.venture, matrix);
    ProjectMatch { project: ProjectCard::from(sight), score }
}

/// Explains how well a project fits the reader, and the reader the project.
#[utoipa::path(get, path = "/v1/projects/{project_id}/match", operation_id = "read_project_match", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path)), responses(
    (status = 200, body = ProjectMatch),
    (status = "4XX", body = Problem, description = "`profile_missing`, `project_not_found`"),
))]
pub(crate) async fn read(
    State(deps): State<Deps>,
    caller: Caller,
    Id(project_id): Id<ProjectId>,
) -> Result<Json<ProjectMatch>> {
    let (me, sight, model) = try_join!(
        deps.people.oneself(caller.user_id),
        look(&deps, caller.user_id, project_id),
        deps.people.models.current()
    )?;
    Ok(Json(explained(&me, &sight, &model.matrix)))
}
