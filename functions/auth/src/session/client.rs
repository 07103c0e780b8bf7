//! What a client says of itself when it signs in.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use shared::domain::session::Client;

const MAX_CHARS: usize = 200;
/// Where CDNs put what they know of the caller's place, from the broad to the narrow.
const PLACE_HEADERS: [&str; 2] = ["cloudfront-viewer-country-name", "cloudfront-viewer-city"];

/// The client behind a request that starts a session.
pub(crate) struct FromHeaders(pub(crate) Client);

impl<S: Send + Sync> FromRequestParts<S> for FromHeaders {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let place: Vec<String> = PLACE_HEADERS.iter().filter_map(|name| text(&parts.headers, name)).collect();
        let device = text(&parts.headers, "user-agent");
        Ok(Self(Client { device, place: (!place.is_empty()).then(|| place.join(", ")) }))
    }
}

/// A header as plain text that is safe to show: printable ASCII, shortened.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    let text: String = value.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(MAX_CHARS).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
