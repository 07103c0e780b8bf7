//! `matching`: ranked people with score, breakdown and reasons.
//!
//! Scores come from fresh profiles, and blocks, answers given and visibility are asked last, on fresh items: no list
//! shows somebody whom the next request would not.

mod list;
mod pair;
mod readers;
mod view;
mod visibility;
mod warm;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use shared::edge::http::{self, Authenticator};
use shared::ports::ambient::Ambient;
use shared::routes;
use shared::suggestions::{People, Ranker};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use readers::Readers;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub people: People,
    pub ranker: Ranker,
    pub readers: Readers,
    pub authenticator: Arc<Authenticator>,
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
        .routes(routes!(list::list))
        .routes(routes!(warm::warm))
        .routes(routes!(pair::read))
        .routes(routes!(visibility::read))
}
