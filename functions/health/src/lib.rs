//! `health`: liveness, readiness and the API documents.

mod asyncapi;
mod live;
mod openapi;
mod ready;

use std::sync::Arc;

use axum::Router;
use shared::edge::http;
use shared::ports::ambient::Ambient;
use shared::ports::cache_stats::CacheStats;
use shared::ports::probe::Probe;
use shared::routes;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

#[derive(Clone)]
pub struct Deps {
    /// What no request can do without.
    pub probes: Arc<[Box<dyn Probe>]>,
    /// Nothing when there is none.
    pub cache: Option<Arc<dyn Probe>>,
    pub cache_stats: Arc<dyn CacheStats>,
    pub ambient: Ambient,
}

pub fn router(deps: Deps) -> Router {
    http::app(routes().with_state(deps))
}

/// This function's part of the API document.
pub fn api() -> OpenApi {
    http::document([routes().into_openapi()])
}

fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(live::live))
        .routes(routes!(ready::ready))
        .routes(routes!(openapi::openapi))
        .routes(routes!(asyncapi::asyncapi))
}
