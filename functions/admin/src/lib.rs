//! `admin`: what staff does: roles, sanctions, reports, the skill matrix, caches, audit.
//!
//! Who asks is told by the token, what they may do by their account alone, read for every request and held again by the
//! transaction that does it. Every act is one transaction with its row in the audit; what is read about somebody is noted
//! before it is shown.

mod audit;
pub mod cache;
mod guard;
pub mod matrix;
pub mod reports;
pub mod users;

use axum::Router;
use shared::edge::http;
use utoipa::openapi::OpenApi;

pub use audit::Deps as AuditDeps;
pub use guard::Guard;

pub fn router(
    users: users::Deps,
    reports: reports::Deps,
    matrix: matrix::Deps,
    cache: cache::Deps,
    audit: AuditDeps,
) -> Router {
    let users = users::routes().with_state(users);
    let reports = reports::routes().with_state(reports);
    let matrix = matrix::routes().with_state(matrix);
    let cache = cache::routes().with_state(cache);
    http::app(users.merge(reports).merge(matrix).merge(cache).merge(audit::routes().with_state(audit)))
}

/// This function's part of the API document.
pub fn api() -> OpenApi {
    let matrix = matrix::routes().into_openapi();
    http::document([
        users::routes().into_openapi(),
        reports::routes().into_openapi(),
        matrix,
        cache::routes().into_openapi(),
        audit::routes().into_openapi(),
    ])
}
