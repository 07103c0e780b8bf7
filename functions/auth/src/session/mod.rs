//! Sessions from their tokens to their end: refresh, list, revoke, log out.

mod client;
mod jwks;
mod keeper;
mod list;
mod logout;
mod refresh;
mod revoke;
mod signer;
mod tokens;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::edge::http::Authenticator;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

pub(crate) use client::FromHeaders;
pub use keeper::Keeper;
pub(crate) use tokens::TokenPair;
pub use tokens::Tokens;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub keeper: Arc<Keeper>,
    pub authenticator: Arc<Authenticator>,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(refresh::refresh))
        .routes(routes!(logout::logout))
        .routes(routes!(list::list, revoke::all))
        .routes(routes!(revoke::one))
        .routes(routes!(jwks::jwks))
}
