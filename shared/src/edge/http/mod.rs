//! HTTP: an axum router behind API Gateway, a function URL of `cargo lambda watch`, or in process in a test.

mod answer;
mod body;
mod caller;
mod counted;
mod cursor;
mod html_page;
mod limiter;
mod locale;
mod page;
mod problem;
mod request;
mod routes;

use axum::Router;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

pub(crate) use answer::service;
pub(crate) use body::parse;
pub use body::{Body, Id, Params, Upload, parse as parse_body};
pub use caller::{Authenticator, Caller};
pub use counted::counted;
pub use cursor::ListIdentity;
pub use html_page::html_page;
pub use limiter::{Limiter, Network};
pub use locale::PreferredLocale;
pub use page::{page_limit, page_of, parse_limit};
pub(crate) use problem::status;
pub use problem::{FieldProblem, Problem};

use crate::error::{Code, Error};

/// The largest body that an operation reads, unless its routes say otherwise.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

#[derive(Debug, OpenApi)]
#[openapi(info(
    title = "collabmatch",
    version = "1",
    description = "An open backend for apps that match people and let them talk.",
    license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
), modifiers(&Bearer))]
struct Api;

/// Names the security scheme that operations refer to as `bearer`.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The API document of some functions together, as `GET /v1/openapi.json` serves it.
pub fn document(parts: impl IntoIterator<Item = utoipa::openapi::OpenApi>) -> utoipa::openapi::OpenApi {
    let mut document = parts.into_iter().fold(Api::openapi(), utoipa::openapi::OpenApi::merge_from);
    problem::name_media_type(&mut document);
    document
}

/// Wraps the routes of a function into the layers that every HTTP function has: request id, version, problems instead
/// of bare errors, and one log line per request.
pub fn app(routes: OpenApiRouter) -> Router {
    Router::from(routes)
        .route_layer(axum::middleware::from_fn(request::note_route))
        .fallback(async || Error::from(Code::RouteNotFound))
        .method_not_allowed_fallback(async || Error::from(Code::MethodNotAllowed))
        .layer(axum::extract::DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(axum::middleware::from_fn(request::handle))
}

/// Serves a router until Lambda ends the process.
pub async fn run(router: Router) -> Result<(), lambda_http::Error> {
    lambda_http::run(service(router)).await
}
