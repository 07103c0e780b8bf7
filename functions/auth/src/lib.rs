//! `auth`: accounts, sessions and tokens.
//!
//! Registration leads from an address to an account, a password or a provider from an account to a session, and a
//! session has tokens. No other function can read a private key or a password hash.

pub mod erasure;
pub mod identities;
pub mod mail;
mod mail_limits;
pub mod oauth;
pub mod password;
pub mod registration;
pub mod session;

use axum::Router;
use shared::edge::http;
use utoipa::openapi::OpenApi;

pub fn router(
    registration: registration::Deps,
    password: password::Deps,
    oauth: oauth::Deps,
    identities: identities::Deps,
    session: session::Deps,
    mail: mail::Deps,
    erasure: erasure::Deps,
) -> Router {
    let registration = registration::routes().with_state(registration);
    let password = password::routes().with_state(password);
    let oauth = oauth::routes().with_state(oauth);
    let identities = identities::routes().with_state(identities);
    let session = session::routes().with_state(session);
    let mail = mail::routes().with_state(mail);
    let erasure = erasure::routes().with_state(erasure);
    let known = registration.merge(password).merge(oauth).merge(identities);
    http::app(known.merge(session).merge(mail).merge(erasure))
}

/// This function's part of the API document.
pub fn api() -> OpenApi {
    http::document([
        registration::routes().into_openapi(),
        password::routes().into_openapi(),
        oauth::routes().into_openapi(),
        identities::routes().into_openapi(),
        session::routes().into_openapi(),
        mail::routes().into_openapi(),
        erasure::routes().into_openapi(),
    ])
}
