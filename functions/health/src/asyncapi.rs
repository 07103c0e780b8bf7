//! `GET /v1/asyncapi.json`

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

/// Kept as a file like the other document; a test compares it with the types of the protocol.
const DOCUMENT: &str = include_str!("../asyncapi.json");

/// The frames of the socket, as an `AsyncAPI` document.
#[utoipa::path(get, path = "/v1/asyncapi.json", tag = "health", responses(
    (status = 200, body = Object, content_type = "application/json"),
))]
pub(crate) async fn asyncapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT)
}
