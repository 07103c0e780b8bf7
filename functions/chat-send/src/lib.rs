//! `chat-send`: stores, acknowledges and delivers messages. One handler, two doors: a socket frame and an HTTP request.
//! What a sender changes afterwards comes in by HTTP.

mod amend;
mod by_http;
mod by_socket;
mod crowd;
mod draft;
mod intake;
mod send;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use shared::delivery::PromisedDelivery;
use shared::edge::http::{self, Authenticator};
use shared::ports::ambient::Ambient;
use shared::ports::registry::Registry;
use shared::routes;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use by_socket::on_frame;
pub use intake::Intake;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub intake: Intake,
    pub registry: Arc<dyn Registry>,
    pub delivery: PromisedDelivery,
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
    OpenApiRouter::new().routes(routes!(by_http::send)).routes(routes!(amend::edit, amend::delete))
}
