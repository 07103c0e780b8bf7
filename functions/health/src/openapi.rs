//! `GET /v1/openapi.json`

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

/// The document of all functions together. A function depends on no other, so it is kept as a file, which a test
/// compares with what the functions say of themselves; `BLESS=1 cargo xtask test the_served_document` writes it anew.
const DOCUMENT: &str = include_str!("../openapi.json");

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "health", responses(
    (status = 200, body = Object, content_type = "application/json"),
))]
pub(crate) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT)
}
