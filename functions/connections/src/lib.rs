//! `connections`: like, pass, take back, match, unmatch, block.
//!
//! Every operation reads the pair, changes it in memory and replaces it if nobody was faster; the rules are in
//! `shared::domain::pair`. A like or a pass also teaches what matters to its giver (`shared::domain::matching`, `Taste`),
//! in the same transaction.

mod blocks;
mod change;
mod learning;
mod like;
mod list;
mod pass;
mod people;
mod received;
mod unmatch;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use shared::edge::http::{self, Authenticator, Limiter};
use shared::ports::ambient::Ambient;
use shared::ports::pairs::Pairs;
use shared::routes;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use people::People;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub pairs: Arc<dyn Pairs>,
    pub people: People,
    pub limiter: Limiter,
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
        .routes(routes!(received::list))
        .routes(routes!(like::like, like::take_back))
        .routes(routes!(pass::pass, pass::take_back))
        .routes(routes!(list::list))
        .routes(routes!(unmatch::unmatch))
        .routes(routes!(blocks::list))
        .routes(routes!(blocks::block, blocks::unblock))
        .routes(routes!(learning::read, learning::switch, learning::forget))
}
