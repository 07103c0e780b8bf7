//! `health`: liveness, readiness and the API document.

mod live;
mod openapi;
mod ready;

use std::sync::Arc;

use axum::Router;
use shared::edge::http;
use shared::ports::probe::Probe;
use shared::routes;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

#[derive(Clone)]
pub struct Deps {
    pub probes: Arc<[Box<dyn Probe>]>,
}

pub fn router(deps: Deps) -> Router {
    http::app(routes().with_state(deps))
}

/// This function's part of the API document.
pub fn api() -> OpenApi {
    http::document([routes().into_openapi()])
}

fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(live::live)).routes(routes!(ready::ready)).routes(routes!(openapi::openapi))
}
