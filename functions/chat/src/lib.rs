//! `chat`: inbox, history, what one has missed, and socket tickets.

mod entrance;
mod history;
mod inbox;
mod sync;
mod ticket;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use shared::edge::http::{self, Authenticator, Limiter};
use shared::ports::ambient::Ambient;
use shared::ports::conversations::Conversations;
use shared::routes;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use entrance::Entrance;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub conversations: Arc<dyn Conversations>,
    pub entrance: Entrance,
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
        .routes(routes!(inbox::inbox))
        .routes(routes!(history::history))
        .routes(routes!(sync::sync))
        .routes(routes!(ticket::issue))
}
