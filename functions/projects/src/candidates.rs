//! `GET /v1/projects/{project_id}/candidates`

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use futures::try_join;
use serde::Serialize;
use shared::domain::id::{ProjectId, UserId};
use shared::domain::limit::{FIT_PER_PERSON, Subject};
use shared::domain::listing::Rank;
use shared::domain::matching::{self, FIT_VERSION, Features, Needs, Person, Score, SkillMatrix, Venture};
use shared::domain::profile::Field;
use shared::domain::project::MAX_MEMBERS;
use shared::edge::http::{Caller, Id, ListIdentity, Params, Problem, page_limit};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;
use crate::pages::RankedPage;
use crate::sight::look;

#[derive(Serialize, ToSchema)]
pub(crate) struct CandidateList {
    /// Best first.
    items: Vec<CandidateView>,
    /// What to give as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct CandidateView {
    user_id: UserId,
    #[schema(example = "Ada Lovelace")]
    name: String,
    headline: Option<String>,
    field: Field,
    score: Score,
}

/// Lists people by how well they fit a project, best first, with the reasons: the same scores that they see. For owners
/// and maintainers.
#[utoipa::path(get, path = "/v1/projects/{project_id}/candidates", operation_id = "list_candidates", tag = "projects", security(("bearer" = [])),
    params(("project_id" = ProjectId, Path), RankedPage), responses(
    (status = 200, body = CandidateList),
    (status = "4XX", body = Problem,
        description = "`project_not_found`, `forbidden`, `project_closed`, `too_many_requests`, `invalid_field`, `cursor_outdated` after an edit of the project"),
))]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller,
    Id(project_id): Id<ProjectId>,
    Params(params): Params<RankedPage>,
) -> Result<Json<CandidateList>> {
    let limit = page_limit(params.limit)?;
    let counted = Subject::person(caller.user_id);
    let counted = deps.limiter.take(&FIT_PER_PERSON, &counted);
    let looks = look(&deps, caller.user_id, project_id);
    let (sight, model, ()) = try_join!(looks, deps.people.models.current(), counted)?;
    sight.leader()?;
    sight.project().refuse_if_closed()?;
    let edition = (sight.project().version, model.matrix.version(), FIT_VERSION);
    let identity = ListIdentity::new(caller.user_id, &("projects/candidates", project_id), &edition)?;
    let after = params.cursor.map(|cursor| identity.after::<Rank>(&cursor)).transpose()?;
    let ranked = ranked(&deps, caller.user_id, &sight.venture, &model.matrix).await?;
    let rest = ranked.iter().skip_while(|(rank, _)| after.is_some_and(|place| *rank <= place));
    let page: Vec<_> = rest.clone().take(limit).collect();
    let has_more = rest.count() > limit;
    let next = page.last().filter(|_| has_more).map(|(rank, _)| identity.cursor(rank)).transpose()?;
    let items = page.into_iter().map(|(_, person)| view(person, &sight.venture, &model.matrix)).collect();
    Ok(Json(CandidateList { items, next_cursor: next }))
}

/// Everybody who may be shown to somebody who leads the project, in the order of how well they fit it.
async fn ranked(deps: &Deps, me: UserId, venture: &Venture, matrix: &SkillMatrix) -> Result<Vec<(Rank, Person)>> {
    let ids = deps.people.worth_scoring().await?;
    let most = usize::try_from(MAX_MEMBERS).unwrap_or(usize::MAX);
    let members = deps.shelf.members.list(venture.project.project_id, None, most).await?;
    let members: HashSet<UserId> = members.into_iter().map(|member| member.user_id).collect();
    let strangers: Vec<UserId> = ids.into_iter().filter(|id| !members.contains(id)).collect();
    let people = deps.people.met_by(me, &strangers).await?;
    let needs = Needs::of(venture, matrix);
    let visible = people.into_iter().filter(|person| person.profile.details.visible);
    let ranks = visible.map(|person| {
        let total = matching::fit_total(&Features::of(&person, matrix), &needs, matrix);
        (Rank::new(person.profile.user_id, total), person)
    });
    let mut ranked: Vec<_> = ranks.collect();
    ranked.sort_unstable_by_key(|(rank, _)| *rank);
    Ok(ranked)
}

fn view(person: &Person, venture: &Venture, matrix: &SkillMatrix) -> CandidateView {
    let details = &person.profile.details;
    CandidateView {
        user_id: person.profile.user_id,
        name: details.name.as_str().to_owned(),
        headline: details.headline.as_ref().map(|headline| headline.as_str().to_owned()),
        field: details.field,
        score: matching::fit(person, venture, matrix),
    }
}
