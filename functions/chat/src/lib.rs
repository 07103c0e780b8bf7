//! `chat`: inbox, history, what one has missed, and socket tickets.

mod history;
mod inbox;
mod sync;
mod ticket;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use shared::config::SocketsConfig;
use shared::edge::http::{self, Authenticator};
use shared::ports::ambient::Ambient;
use shared::ports::conversations::Conversations;
use shared::ports::registry::Tickets;
use shared::routes;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub conversations: Arc<dyn Conversations>,
    pub tickets: Arc<dyn Tickets>,
    pub authenticator: Arc<Authenticator>,
    pub ambient: Ambient,
    pub sockets: Arc<SocketsConfig>,
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
