//! `GET /v1/projects/popular` and `/v1/projects/trending`

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::domain::cache::{Family, Key, Parts, Tier};
use shared::domain::fields::Fields;
use shared::domain::id::{ProjectId, UserId};
use shared::domain::profile::Field;
use shared::domain::project::{Metric, Points};
use shared::edge::http::{Caller, Params, Problem, page_of, parse_limit};
use shared::error::Result;
use utoipa::{IntoParams, ToSchema};

use crate::Deps;
use crate::sight::{in_order, seen};
use crate::view::ProjectCard;

/// How many projects of the index are looked at, so that a list is full although some of them may not be shown.
const LOOKED_AT: usize = 150;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HotParams {
    /// How many projects, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// Only projects of this field.
    #[param(value_type = Option<Field>)]
    field: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HotList {
    /// The project that people care for most first.
    items: Vec<HotProject>,
}

#[derive(Serialize, ToSchema)]
struct HotProject {
    #[serde(flatten)]
    project: ProjectCard,
    /// How much people care: what a view of now counts 1, a new member 10, and both fade by half in 30 days (`popular`) or
    /// 2 days (`trending`).
    #[schema(minimum = 0, example = 17.5)]
    heat: f64,
}

/// Lists projects that people have cared for in the long run.
#[utoipa::path(get, path = "/v1/projects/popular", operation_id = "list_popular_projects", tag = "projects", security(("bearer" = [])), params(HotParams), responses(
    (status = 200, body = HotList),
    (status = "4XX", body = Problem, description = "`invalid_field`"),
))]
pub(crate) async fn popular(
    State(deps): State<Deps>,
    caller: Caller,
    Params(params): Params<HotParams>,
) -> Result<Json<HotList>> {
    let (limit, field) = parse(&params)?;
    let hottest = hottest(&deps, Metric::Popular, field).await?;
    Ok(Json(shown(&deps, caller.user_id, Metric::Popular, (hottest, field), limit).await?))
}

/// Lists projects that people care for these days.
#[utoipa::path(get, path = "/v1/projects/trending", operation_id = "list_trending_projects", tag = "projects", security(("bearer" = [])), params(HotParams), responses(
    (status = 200, body = HotList),
    (status = "4XX", body = Problem, description = "`invalid_field`"),
))]
pub(crate) async fn trending(
    State(deps): State<Deps>,
    caller: Caller,
    Params(params): Params<HotParams>,
) -> Result<Json<HotList>> {
    let (limit, field) = parse(&params)?;
    let hottest = hottest(&deps, Metric::Trending, field).await?;
    Ok(Json(shown(&deps, caller.user_id, Metric::Trending, (hottest, field), limit).await?))
}

fn parse(params: &HotParams) -> Result<(usize, Option<Field>)> {
    let mut fields = Fields::default();
    let limit = fields.take("limit", parse_limit(params.limit));
    let field = fields.take("field", params.field.as_deref().map(Field::parse).transpose());
    fields.accept(limit.zip(field))
}

/// The same for everybody, and kept for half an hour. A project that cools, closes or is not to be shown meanwhile is
/// found out when it is read.
struct HottestKey {
    metric: Metric,
    field: Option<Field>,
    /// In whose units the points are.
    era: u64,
}

impl Key for HottestKey {
    type Value = Vec<(ProjectId, Points)>;

    const FAMILY: Family = Family::PopularProjects;
    const TIER: Tier = Tier::PopularProjects;
    const SCHEMA: u16 = 1;

    fn parts(&self, parts: &mut Parts) {
        parts.add(self.metric.as_str()).add(self.field.map_or("", Field::as_str)).add(self.era);
    }
}

async fn hottest(deps: &Deps, metric: Metric, field: Option<Field>) -> Result<Arc<Vec<(ProjectId, Points)>>> {
    let generation = deps.people.models.head().await?.generation(Family::PopularProjects);
    let look = deps.shelf.heat.hottest(metric, field, LOOKED_AT);
    let key = HottestKey { metric, field, era: metric.era(deps.ambient.now()) };
    deps.shelf.cache.get_or_compute(&key, generation, look).await
}

/// What of it may be shown to somebody now.
async fn shown(
    deps: &Deps,
    me: UserId,
    metric: Metric,
    (hottest, field): (Arc<Vec<(ProjectId, Points)>>, Option<Field>),
    limit: usize,
) -> Result<HotList> {
    let now = deps.ambient.now();
    let ids: Vec<ProjectId> = hottest.iter().map(|(id, _)| *id).collect();
    let points: HashMap<ProjectId, Points> = hottest.iter().copied().collect();
    let mut items = Vec::new();
    for batch in ids.chunks(limit + limit / 2 + 5) {
        let mut ventures = in_order(batch, deps.shelf.projects.find_many(batch).await?);
        ventures.retain(|venture| {
            let project = &venture.project;
            project.is_listed() && field.is_none_or(|field| project.details.field == field)
        });
        for sight in seen(deps, me, ventures).await? {
            let points = points.get(&sight.project().project_id).copied().unwrap_or_default();
            let heat = (metric.score(points, now) * 100.0).round() / 100.0;
            items.push(HotProject { project: ProjectCard::from(&sight), heat });
        }
        if items.len() >= limit {
            break;
        }
    }
    items.truncate(limit);
    Ok(HotList { items })
}
