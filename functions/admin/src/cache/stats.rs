//! `GET /v1/admin/cache`

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use futures::try_join;
use serde::{Deserialize, Serialize};
use shared::domain::cache::{Event, Family, Tally};
use shared::domain::fields::{Fields, Refusal};
use shared::domain::matching::Head;
use shared::domain::time::Timestamp;
use shared::edge::http::{Params, Problem};
use shared::error::Result;
use utoipa::{IntoParams, ToSchema};

use super::Deps;
use crate::guard::Admin;

/// Counters are kept for two days.
const MAX_HOURS: u32 = 48;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct StatsParams {
    /// How many hours of the clock, 1 to 48, the present one included; 24 when left out.
    #[serde(default = "default_hours")]
    #[param(minimum = 1, maximum = 48, default = 24)]
    hours: u32,
}

fn default_hours() -> u32 {
    24
}

#[derive(Serialize, ToSchema)]
pub(super) struct CacheStatistics {
    /// What was counted from the beginning of this hour on.
    since: Timestamp,
    families: Vec<FamilyStatistics>,
}

/// Each look-up is exactly one of `local_hits`, `hits`, `stale` and `misses`; the other counters say more about it. What
/// the warming of lists looks up is not counted. Environments write down what they counted every ten seconds, with their
/// next request.
#[derive(Serialize, ToSchema)]
struct FamilyStatistics {
    family: Family,
    /// How often it was cleared.
    generation: u64,
    /// The part of the look-ups that were answered without computing, 0 to 1; left out before the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    hit_rate: Option<f64>,
    /// Answered from the memory of the environment.
    local_hits: u64,
    /// Answered from the cache server.
    hits: u64,
    /// Answered with an older value, while somebody else computes it anew.
    stale: u64,
    /// Neither knew a value that would do.
    misses: u64,
    /// Computed in the environment that missed it.
    computed: u64,
    /// Computed elsewhere, and waited for.
    waited: u64,
    /// The server did not answer, or was not asked because it did not before.
    fail_open: u64,
    /// The server answered something that is no value of the key.
    bad_value: u64,
}

/// Shows what the caches did in the last hours, with their present generations.
#[utoipa::path(get, path = "/v1/admin/cache", operation_id = "read_cache_statistics", tag = "admin",
    security(("bearer" = [])), params(StatsParams), responses(
        (status = 200, body = CacheStatistics),
        (status = "4XX", body = Problem, description = "`forbidden`, `invalid_field`"),
    ))]
pub(super) async fn stats(
    State(deps): State<Deps>,
    _: Admin,
    Params(params): Params<StatsParams>,
) -> Result<Json<CacheStatistics>> {
    let mut fields = Fields::default();
    let hours = fields.take("hours", parse_hours(params.hours));
    let since = beginning(deps.ambient.now(), fields.accept(hours)?);
    let (tally, head) = try_join!(deps.stats.read(since), deps.matrix.head())?;
    let families = Family::ALL.map(|family| FamilyStatistics::new(family, &tally, &head));
    Ok(Json(CacheStatistics { since, families: families.into() }))
}

fn parse_hours(hours: u32) -> Result<u32, Refusal> {
    if (1..=MAX_HOURS).contains(&hours) { Ok(hours) } else { Err(format!("hours must be 1 to {MAX_HOURS}").into()) }
}

/// Where the first of so many hours of the clock begins, of which the present one is the last.
fn beginning(now: Timestamp, hours: u32) -> Timestamp {
    let first = now - Duration::from_hours(u64::from(hours - 1));
    Timestamp::from_unix_seconds(first.unix_seconds() / 3_600 * 3_600)
}

impl FamilyStatistics {
    fn new(family: Family, tally: &Tally, head: &Head) -> Self {
        let count = |event| tally.get(family, event);
        Self {
            family,
            generation: head.generation(family),
            hit_rate: tally.hit_rate(family),
            local_hits: count(Event::LocalHit),
            hits: count(Event::Hit),
            stale: count(Event::Stale),
            misses: count(Event::Miss),
            computed: count(Event::Computed),
            waited: count(Event::Waited),
            fail_open: count(Event::FailOpen),
            bad_value: count(Event::BadValue),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_those_of_the_clock() {
        let now: Timestamp = "2026-11-25T09:59:59.999Z".parse().unwrap();
        for (hours, first) in [(1, "2026-11-25T09"), (2, "2026-11-25T08"), (48, "2026-11-23T10")] {
            assert_eq!(beginning(now, hours).to_string(), format!("{first}:00:00.000Z"));
        }
        assert!(parse_hours(0).is_err() && parse_hours(49).is_err() && parse_hours(48).is_ok());
    }

    #[test]
    fn a_family_is_shown_as_it_was_counted() {
        let mut tally = Tally::default();
        for (count, event) in (1..).zip(Event::ALL) {
            tally.add(Family::Matrix, event, count);
        }
        let head = Head::new(0, |family| u64::from(family == Family::Matrix) * 7);
        let shown = serde_json::to_value(FamilyStatistics::new(Family::Matrix, &tally, &head)).unwrap();
        for event in Event::ALL {
            assert_eq!(shown[event.as_str()], tally.get(Family::Matrix, event), "{event:?}");
        }
        assert_eq!((&shown["family"], &shown["generation"]), (&"matrix".into(), &7.into()));
        assert_eq!(shown["hit_rate"], 0.6);
        let unused = serde_json::to_value(FamilyStatistics::new(Family::List, &tally, &head)).unwrap();
        assert_eq!(unused.get("hit_rate"), None);
    }
}
