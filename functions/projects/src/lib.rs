//! `projects`: what several people want to do together, who is in it, and whom it fits.
//!
//! A project whose owner is kept out, has blocked the reader or is blocked by them does not exist for the reader; that is
//! asked on fresh items by `sight`, for a single project and for every one of a list, after everything else.

mod candidates;
mod change;
mod found;
mod hot;
mod join;
mod matches;
mod members;
mod mine;
mod one;
mod pages;
mod people;
mod requests;
mod shelf;
mod sight;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use shared::edge::http::{self, Authenticator, Limiter};
use shared::ports::ambient::Ambient;
use shared::routes;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use people::People;
pub use shelf::Shelf;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub shelf: Shelf,
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
        .routes(routes!(found::found, mine::list))
        .routes(routes!(hot::popular))
        .routes(routes!(hot::trending))
        .routes(routes!(matches::list))
        .routes(routes!(one::read, one::edit))
        .routes(routes!(one::close))
        .routes(routes!(matches::read))
        .routes(routes!(candidates::list))
        .routes(routes!(members::list))
        .routes(routes!(join::join, join::leave))
        .routes(routes!(members::appoint, members::remove))
        .routes(routes!(requests::list))
        .routes(routes!(requests::accept, requests::decline))
}
