//! Passwords: signing in with one, getting a new one, and what stands between a guesser and an account.

mod attempt;
mod change;
mod credentials;
mod forgot;
pub(crate) mod hashing;
mod login;
mod reset;
mod sign_in_code;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::edge::http::{Authenticator, Limiter};
use shared::ports::accounts::Accounts;
use shared::ports::codes::Codes;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::session::Keeper;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub codes: Arc<dyn Codes>,
    pub limiter: Limiter,
    pub keeper: Arc<Keeper>,
    pub authenticator: Arc<Authenticator>,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(login::login))
        .routes(routes!(sign_in_code::send))
        .routes(routes!(forgot::forgot))
        .routes(routes!(reset::reset))
        .routes(routes!(change::change))
}
