//! `profiles`: one's own profile, photos and settings, the profiles of others, and reports about them.

pub mod exports;
mod gallery;
mod me;
mod others;
mod photo_view;
mod photos;
mod report;
mod settings;
mod shelf;
pub mod unsubscribe;
mod unsubscribe_page;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use shared::edge::http::{self, Authenticator};
use shared::ports::ambient::Ambient;
use shared::ports::pairs::Pairs;
use shared::routes;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use gallery::Gallery;
pub use report::Desk;
pub use shelf::Shelf;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub shelf: Shelf,
    pub pairs: Arc<dyn Pairs>,
    pub desk: Desk,
    pub authenticator: Arc<Authenticator>,
    pub ambient: Ambient,
}

pub fn router(deps: Deps, exports: exports::Deps, unsubscribe: unsubscribe::Deps) -> Router {
    let exports = export_routes().with_state(exports);
    http::app(routes().with_state(deps).merge(exports).merge(unsubscribe_routes().with_state(unsubscribe)))
}

/// This function's part of the API document.
pub fn api() -> OpenApi {
    http::document([routes().into_openapi(), export_routes().into_openapi(), unsubscribe_routes().into_openapi()])
}

fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(me::read, me::write))
        .routes(routes!(settings::read, settings::write))
        .routes(routes!(photos::list, photos::upload, photos::order))
        .routes(routes!(photos::delete))
        .routes(routes!(others::read))
        .routes(routes!(report::report))
}

fn export_routes() -> OpenApiRouter<exports::Deps> {
    OpenApiRouter::new().routes(routes!(exports::request, exports::read))
}

fn unsubscribe_routes() -> OpenApiRouter<unsubscribe::Deps> {
    OpenApiRouter::new().routes(routes!(unsubscribe::show, unsubscribe::unsubscribe))
}
