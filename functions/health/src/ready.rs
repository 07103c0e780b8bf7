//! `GET /health/ready`

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::future::{join, join_all};
use serde::Serialize;
use shared::domain::cache::{Family, Tally};
use shared::domain::time::Timestamp;
use shared::error::{Error, Result};
use shared::ports::probe::Probe;
use shared::telemetry;
use utoipa::ToSchema;

use crate::Deps;

/// A dependency that takes longer would fail requests, too.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// How much of the past the rates of the cache are about: the present hour and the one before.
const RATES_OF: Duration = Duration::from_hours(1);

#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    status: Status,
    dependencies: BTreeMap<&'static str, Dependency>,
    cache: Cache,
}

/// The cache is not needed to serve requests: what it does never makes the service unready.
#[derive(Serialize, ToSchema)]
struct Cache {
    status: CacheStatus,
    /// Milliseconds until it answered or was given up; not there when it is off.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    /// By family: which part of the lookups of the last one to two hours was answered without computing, from 0 to 1. Not
    /// there for families that nobody looked up, or when the counters cannot be read.
    #[schema(value_type = BTreeMap<String, f64>)]
    hit_rates: BTreeMap<&'static str, f64>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CacheStatus {
    Ok,
    Failed,
    /// This deployment has none.
    Off,
}

#[derive(Serialize, ToSchema)]
struct Dependency {
    status: Status,
    /// Milliseconds until it answered or was given up.
    duration_ms: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Status {
    Ok,
    Failed,
}

/// Answers whether requests can be served, and which dependency is to blame if not.
#[utoipa::path(get, path = "/health/ready", tag = "health", responses(
    (status = 200, body = Ready),
    (status = 503, body = Ready, description = "A dependency does not answer"),
))]
pub(crate) async fn ready(State(deps): State<Deps>) -> (StatusCode, Json<Ready>) {
    let probes = deps.probes.iter().map(|one| probe(one.as_ref()));
    let (dependencies, cache) = join(join_all(probes), cache(&deps)).await;
    let dependencies: BTreeMap<_, _> = dependencies.into_iter().collect();
    let all_ok = dependencies.values().all(|dependency| dependency.status == Status::Ok);
    let (code, status) =
        if all_ok { (StatusCode::OK, Status::Ok) } else { (StatusCode::SERVICE_UNAVAILABLE, Status::Failed) };
    (code, Json(Ready { status, dependencies, cache }))
}

async fn cache(deps: &Deps) -> Cache {
    let rates = hit_rates(deps, deps.ambient.now());
    let Some(cache) = &deps.cache else {
        return Cache { status: CacheStatus::Off, duration_ms: None, hit_rates: rates.await };
    };
    let ((_, Dependency { status, duration_ms }), hit_rates) = join(probe(cache.as_ref()), rates).await;
    let status = if status == Status::Ok { CacheStatus::Ok } else { CacheStatus::Failed };
    Cache { status, duration_ms: Some(duration_ms), hit_rates }
}

async fn hit_rates(deps: &Deps, now: Timestamp) -> BTreeMap<&'static str, f64> {
    let since = Timestamp::from_unix_millis(now.unix_millis().saturating_sub(RATES_OF.as_secs() * 1_000));
    let tally = in_time(deps.cache_stats.read(since)).await.unwrap_or_else(|error| {
        telemetry::report(&error);
        Tally::default()
    });
    Family::ALL.into_iter().filter_map(|family| Some((family.as_str(), tally.hit_rate(family)?))).collect()
}

/// Gives up on what takes too long.
async fn in_time<T>(asked: impl Future<Output = Result<T>>) -> Result<T> {
    let outcome = tokio::time::timeout(PROBE_TIMEOUT, asked).await;
    outcome.unwrap_or_else(|_| Err(Error::unavailable("the probe took too long")))
}

async fn probe(probe: &dyn Probe) -> (&'static str, Dependency) {
    let started = Instant::now();
    let status = match in_time(probe.check()).await {
        Ok(()) => Status::Ok,
        Err(error) => {
            telemetry::report(&error);
            Status::Failed
        }
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    (probe.name(), Dependency { status, duration_ms })
}
