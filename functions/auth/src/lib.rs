//! `auth`: accounts, sessions and tokens.
//!
//! Registration leads from an address to an account, a session from an account to tokens. No other function can read
//! a private key.

mod passwords;
pub mod registration;
pub mod session;

use axum::Router;
use shared::edge::http;
use utoipa::openapi::OpenApi;

pub fn router(registration: registration::Deps, session: session::Deps) -> Router {
    http::app(registration::routes().with_state(registration).merge(session::routes().with_state(session)))
}

/// This function's part of the API document.
pub fn api() -> OpenApi {
    http::document([registration::routes().into_openapi(), session::routes().into_openapi()])
}
