//! `GET /v1/matches`

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use futures::try_join;
use serde::Deserialize;
use shared::domain::id::UserId;
use shared::domain::matching::{self, Person};
use shared::edge::http::{Caller, Params, Problem, page_limit};
use shared::error::Result;
use utoipa::IntoParams;

use crate::view::{MatchList, MatchView};
use crate::{Deps, oneself};

/// How many people are scored for one list: the newest ones. Beyond that the port `CandidateIndex` needs an index that
/// retrieves by fit.
const CANDIDATES: usize = 500;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// How many people, 1 to 100; 20 when left out.
    #[serde(default = "default_limit")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
}

fn default_limit() -> u32 {
    20
}

/// Lists people by how well they fit, best first, with the reasons.
///
/// Nobody is listed whom the reader liked, passed, met or blocked before, who has blocked the reader, or who hides.
#[utoipa::path(get, path = "/v1/matches", operation_id = "list_matches", tag = "matching", security(("bearer" = [])), params(ListParams), responses(
    (status = 200, body = MatchList),
    (status = "4XX", body = Problem, description = "`profile_missing`, `invalid_field`"),
))]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<MatchList>> {
    let limit = page_limit(params.limit)?;
    let candidates = deps.candidates.candidates(CANDIDATES);
    let (me, candidates, sight) = try_join!(oneself(&deps, caller.user_id), candidates, deps.lens.of(caller.user_id))?;
    let people = listed(&deps, caller.user_id, &candidates).await?;
    let ranked = matching::rank(&me, &people, limit, &sight.model, &sight.ranking());
    let shown = ranked.into_iter().map(|ranked| MatchView::new(ranked.profile, ranked.score, &sight));
    Ok(Json(MatchList { items: shown.collect() }))
}

/// The candidates as they are now, less those who must not be shown.
async fn listed(deps: &Deps, me: UserId, candidates: &[UserId]) -> Result<Vec<Person>> {
    let (people, pairs) = try_join!(deps.profiles.find_people(candidates), deps.pairs.find_many(me, candidates))?;
    let refused: HashSet<UserId> =
        pairs.iter().filter(|pair| !pair.may_be_suggested_to(me)).map(|pair| pair.other(me)).collect();
    Ok(people
        .into_iter()
        .filter(|Person { profile, .. }| profile.details.visible && profile.is_shown())
        .filter(|person| !refused.contains(&person.profile.user_id))
        .collect())
}
