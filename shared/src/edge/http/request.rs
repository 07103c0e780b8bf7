//! What happens around every request: its id, the API version, a panic caught, a problem written, one line logged, and no
//! trace left in caches.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use lambda_http::RequestExt;

use super::limiter;
use super::problem::{Failed, render};
use crate::error::{Code, Error};
use crate::telemetry;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const API_VERSION: HeaderName = HeaderName::from_static("x-api-version");
const CURRENT_VERSION: HeaderValue = HeaderValue::from_static("1");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

pub(super) async fn handle(request: Request, next: Next) -> Response {
    let request_id = request_id(&request);
    telemetry::with_request_id(request_id.clone(), answer(request, next, request_id)).await
}

async fn answer(request: Request, next: Next, request_id: String) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let client_id = client_request_id(request.headers());
    let (outcome, allowance) = match check_version(request.headers()) {
        Ok(()) => limiter::watched(AssertUnwindSafe(next.run(request)).catch_unwind()).await,
        Err(error) => (Ok(error.into_response()), None),
    };
    let response = outcome.unwrap_or_else(|_| Error::internal("the handler panicked").into_response());
    let failed = response.extensions().get::<Failed>().cloned();
    let mut response = match &failed {
        Some(Failed(error)) => {
            telemetry::report(error);
            render(error, &request_id)
        }
        None => response,
    };
    tracing::info!(
        client.request_id = client_id,
        http.method = %method,
        http.status = response.status().as_u16(),
        error.code = failed.map(|Failed(error)| error.code().as_str()),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    let headers = response.headers_mut();
    headers.insert(API_VERSION, CURRENT_VERSION);
    // Nearly every answer is one person's own, or a secret; what is public says so itself.
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    if let Some(allowance) = allowance {
        limiter::write_headers(allowance, headers);
    }
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Notes which route answers; it runs inside the router, where that is known.
pub(super) async fn note_route(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    if let Some(path) = path {
        telemetry::note_route(path.as_str());
    }
    next.run(request).await
}

/// The id that Lambda gave the invocation. The audit keeps it, so clients have no say in it.
fn request_id(request: &Request) -> String {
    request.lambda_context_ref().map_or_else(|| "local".to_owned(), |context| context.request_id.clone())
}

/// What the client calls its request, for the log line alone, if it is well formed.
fn client_request_id(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    sent.filter(|id| is_well_formed(id)).map(str::to_owned)
}

fn is_well_formed(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The path names the version; a client that also sends the header must mean the same one.
fn check_version(headers: &HeaderMap) -> Result<(), Error> {
    match headers.get(API_VERSION) {
        Some(version) if version != CURRENT_VERSION => Err(Code::UnsupportedVersion.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_says_so_may_be_cached() {
        let public = axum::routing::get(async || [(CACHE_CONTROL, "public, max-age=300")]);
        let own = axum::routing::get(async || "mine");
        let refused = axum::routing::get(async || Error::from(Code::Forbidden));
        let routes = axum::Router::new().route("/public", public).route("/own", own).route("/refused", refused);
        let app = routes.layer(axum::middleware::from_fn(handle));
        for (path, expected) in [("/public", "public, max-age=300"), ("/own", "no-store"), ("/refused", "no-store")] {
            let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
            let answer = tower::ServiceExt::oneshot(app.clone(), request).await.unwrap();
            assert_eq!(answer.headers()[CACHE_CONTROL], expected, "{path}");
        }
    }

    #[test]
    fn an_id_that_could_break_a_log_line_is_left_out() {
        for (id, well_formed) in
            [("req-12345678", true), ("short", false), ("with space 1", false), ("a\"b:{}c-d", false)]
        {
            assert_eq!(is_well_formed(id), well_formed, "{id}");
        }
    }
}
