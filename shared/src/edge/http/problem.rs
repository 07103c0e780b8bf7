//! Errors on the HTTP wire: problem details (RFC 9457) with a stable code.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::content::Content;
use utoipa::openapi::{OpenApi, RefOr};

use crate::domain::time::Timestamp;
use crate::error::{Error, Exclusion, Kind};

const MEDIA_TYPE: &str = "application/problem+json";
const JSON: &str = "application/json";

/// Where a code is explained; the part before the code never changes.
const TYPE_BASE: &str = "https://github.com/collabmatch/collabmatch/errors/";

/// What every failed request answers, as `application/problem+json`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A URL that names the code.
    #[serde(rename = "type")]
    #[schema(example = "https://github.com/collabmatch/collabmatch/errors/invalid-field")]
    pub type_url: String,
    /// One sentence, the same for every occurrence of the code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code to switch on.
    #[schema(example = "invalid_field")]
    pub code: String,
    /// The first offending field, if fields are to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What was wrong this time.
    pub detail: String,
    /// Every offending field, if fields are to blame.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// Why the account is kept out; only with `account_suspended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "spam")]
    pub reason: Option<String>,
    /// When the account can be signed in to again; only with `account_suspended`, and absent for a ban.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Seconds after which the same request may succeed, if it ever may; HTTP says it in `Retry-After`, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The id to quote when asking for help.
    pub request_id: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldProblem {
    #[schema(example = "name")]
    pub field: String,
    #[schema(example = "name must have 2 to 100 characters")]
    pub detail: String,
}

impl Problem {
    pub fn new(error: &Error, request_id: &str) -> Self {
        let code = error.code();
        let exclusion = error.exclusion();
        let errors: Vec<_> = error
            .fields()
            .iter()
            .map(|field| FieldProblem { field: field.field.to_string(), detail: field.detail.to_string() })
            .collect();
        Self {
            type_url: format!("{TYPE_BASE}{}", code.as_str().replace('_', "-")),
            title: code.title().to_owned(),
            status: status(error.kind()).as_u16(),
            code: code.as_str().to_owned(),
            field: errors.first().map(|first| first.field.clone()),
            detail: error.detail().to_owned(),
            errors,
            reason: exclusion.map(|Exclusion { reason, .. }| reason.clone()),
            until: exclusion.and_then(|Exclusion { until, .. }| *until),
            retry_after: error.retry_after().map(|wait| wait.as_secs().max(1)),
            request_id: request_id.to_owned(),
        }
    }
}

/// A handler's error travels as an extension until the outermost layer, which knows the request id, writes it out.
#[derive(Clone, Debug)]
pub(super) struct Failed(pub(super) Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = status(self.kind()).into_response();
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}

pub(super) fn render(error: &Error, request_id: &str) -> Response {
    let problem = Problem::new(error, request_id);
    let retry_after = problem.retry_after;
    let mut response = (status(error.kind()), Json(problem)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if error.kind() == Kind::Unauthenticated {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The one place that says which HTTP status a kind of error has.
pub(crate) fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Names the media type of problems in the API document, where attributes would have to repeat it in every operation.
pub(super) fn name_media_type(document: &mut OpenApi) {
    let operations = document.paths.paths.values_mut().flat_map(|path| {
        [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch].into_iter().flatten()
    });
    for response in operations.flat_map(|operation| operation.responses.responses.values_mut()) {
        if let RefOr::T(response) = response
            && response.content.get(JSON).is_some_and(is_problem)
            && let Some(content) = response.content.shift_remove(JSON)
        {
            response.content.insert(MEDIA_TYPE.to_owned(), content);
        }
    }
}

fn is_problem(content: &RefOr<Content>) -> bool {
    let RefOr::T(content) = content else { return false };
    matches!(&content.schema, Some(RefOr::Ref(schema)) if schema.ref_location.ends_with("/Problem"))
}
