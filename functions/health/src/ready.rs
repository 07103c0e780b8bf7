//! `GET /health/ready`

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::future::join_all;
use serde::Serialize;
use shared::error::Error;
use shared::ports::probe::Probe;
use shared::telemetry;
use utoipa::ToSchema;

use crate::Deps;

/// A dependency that takes longer would fail requests, too.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    status: Status,
    dependencies: BTreeMap<&'static str, Dependency>,
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
    let dependencies: BTreeMap<_, _> = join_all(probes).await.into_iter().collect();
    let all_ok = dependencies.values().all(|dependency| dependency.status == Status::Ok);
    let (code, status) =
        if all_ok { (StatusCode::OK, Status::Ok) } else { (StatusCode::SERVICE_UNAVAILABLE, Status::Failed) };
    (code, Json(Ready { status, dependencies }))
}

async fn probe(probe: &dyn Probe) -> (&'static str, Dependency) {
    let started = Instant::now();
    let outcome = tokio::time::timeout(PROBE_TIMEOUT, probe.check()).await;
    let outcome = outcome.unwrap_or_else(|_| Err(Error::unavailable("the probe took too long")));
    let status = match outcome {
        Ok(()) => Status::Ok,
        Err(error) => {
            telemetry::report(&error);
            Status::Failed
        }
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    (probe.name(), Dependency { status, duration_ms })
}
