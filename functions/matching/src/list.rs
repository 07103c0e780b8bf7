//! `GET /v1/matches`

use axum::Json;
use axum::extract::State;
use futures::join;
use serde::Deserialize;
use shared::domain::fields::Fields;
use shared::domain::listing::{Rank, Wanted, WantedInput};
use shared::domain::matching::{self, ENGINE_VERSION, Person};
use shared::domain::time::Timestamp;
use shared::edge::http::{Caller, ListIdentity, Params, Problem, page_of, parse_limit};
use shared::error::Result;
use shared::suggestions::Asked;
use utoipa::IntoParams;

use crate::Deps;
use crate::view::{MatchList, MatchView};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// How many people, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: u32,
    /// The `next_cursor` of the page before, with the same other parameters.
    cursor: Option<String>,
    /// Only people of these fields, separated by commas.
    #[param(example = "design,product")]
    fields: Option<String>,
    /// Only people who speak one of these languages, separated by commas.
    #[param(example = "en,de")]
    languages: Option<String>,
    /// Only people in one's own city, or at most so many kilometres away if both have coordinates; 1 to 20,000.
    #[param(minimum = 1, maximum = 20_000)]
    within_km: Option<u32>,
    /// Only people with a live socket, unless they show that to fewer than everyone.
    #[serde(default)]
    online_now: bool,
    /// Only people who wrote their first profile within the last 14 days.
    #[serde(default)]
    new_here: bool,
}

/// Lists people by how well they fit, best first, with the reasons.
///
/// Nobody is listed whom the reader liked, passed, met or blocked before, who has blocked the reader, who hides, or who
/// lacks what the reader's filters ask for; nor is anybody whose own filters the reader does not pass.
#[utoipa::path(get, path = "/v1/matches", operation_id = "list_matches", tag = "matching", security(("bearer" = [])), params(ListParams), responses(
    (status = 200, body = MatchList),
    (status = "4XX", body = Problem, description = "`profile_missing`, `too_many_requests`, `invalid_field`, `cursor_outdated` after an edit of one's own, and with `new_here` at the full hour"),
))]
pub(crate) async fn list(
    State(deps): State<Deps>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Json<MatchList>> {
    let (me, sight) = deps.readers.of_list(caller.user_id).await?;
    let (limit, asked) = params.parse(&me, deps.ambient.now())?;
    let versions = (me.profile.version, sight.model.matrix.version(), sight.weights(), ENGINE_VERSION);
    let edition = (versions, asked.wanted.joined_since);
    let list = ("matches", asked.wanted.at_any_hour().to_string(), asked.online_now);
    let identity = ListIdentity::new(caller.user_id, &list, &edition)?;
    let after = params.cursor.map(|cursor| identity.after::<Rank>(&cursor)).transpose()?;
    let ranking = deps.ranker.ranking(&me, &asked.wanted, &sight).await?;
    let page = deps.people.page(&me, &asked, &ranking, after, limit);
    let (page, ()) = join!(page, deps.ranker.visited(caller.user_id));
    let page = page?;
    let ranked = matching::rank(&me, &page.people, limit, &sight.model, &sight.ranking());
    let items = ranked.into_iter().map(|ranked| MatchView::new(ranked.profile, ranked.score, &sight)).collect();
    let next_cursor = page.next.map(|place| identity.cursor(&place)).transpose()?;
    Ok(Json(MatchList { items, next_cursor }))
}

impl ListParams {
    fn parse(&self, me: &Person, now: Timestamp) -> Result<(usize, Asked)> {
        let mut fields = Fields::default();
        let limit = fields.take("limit", parse_limit(self.limit));
        let input = WantedInput {
            fields: self.fields.as_deref(),
            languages: self.languages.as_deref(),
            within_km: self.within_km,
            new_here: self.new_here,
        };
        let wanted = Wanted::take(&mut fields, &input, &me.profile, now);
        let (limit, wanted) = fields.accept(limit.zip(wanted))?;
        Ok((limit, Asked { wanted, online_now: self.online_now }))
    }
}
