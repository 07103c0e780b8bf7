//! `admin`: what staff does: roles, sanctions, reports, photos, the skill matrix, caches, dead letters, audit.
//!
//! Who asks is told by the token, what they may do by their account alone, read for every request and held again by the
//! transaction that does it. Every act is one transaction with its row in the audit; what is read about somebody is noted
//! before it is shown.

mod audit;
pub mod cache;
pub mod dead_letters;
mod guard;
pub mod matrix;
pub mod photos;
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
    photos: photos::Deps,
    matrix: matrix::Deps,
    cache: cache::Deps,
    letters: dead_letters::Deps,
    audit: AuditDeps,
) -> Router {
    let users = users::routes().with_state(users);
    let reports = reports::routes().with_state(reports);
    let photos = photos::routes().with_state(photos);
    let matrix = matrix::routes().with_state(matrix);
    let cache = cache::routes().with_state(cache);
    let letters = dead_letters::routes().with_state(letters);
    let audit = audit::routes().with_state(audit);
    http::app(users.merge(reports).merge(photos).merge(matrix).merge(cache).merge(letters).merge(audit))
}

/// This function's part of the API document.
pub fn api() -> OpenApi {
    let matrix = matrix::routes().into_openapi();
    http::document([
        users::routes().into_openapi(),
        reports::routes().into_openapi(),
        photos::routes().into_openapi(),
        matrix,
        cache::routes().into_openapi(),
        dead_letters::routes().into_openapi(),
        audit::routes().into_openapi(),
    ])
}
