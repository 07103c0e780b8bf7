//! From an account to tokens and back out again: login, refresh, logout.

mod jwks;
mod login;
mod logout;
mod refresh;
mod signer;
mod tokens;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::edge::http::Authenticator;
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::sessions::Sessions;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use tokens::Tokens;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub sessions: Arc<dyn Sessions>,
    pub tokens: Arc<Tokens>,
    pub authenticator: Arc<Authenticator>,
    pub ambient: Ambient,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(login::login))
        .routes(routes!(refresh::refresh))
        .routes(routes!(logout::logout))
        .routes(routes!(jwks::jwks))
}
