//! `matching`: ranked people with score, breakdown and reasons.
//!
//! Scores come from fresh profiles, and blocks, answers given and visibility are asked last, on fresh items: no list
//! shows somebody whom the next request would not.

mod list;
mod pair;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use shared::domain::id::UserId;
use shared::domain::matching::Person;
use shared::edge::http::{self, Authenticator};
use shared::error::{Code, Error, Result};
use shared::models::Lens;
use shared::ports::pairs::Pairs;
use shared::ports::profiles::{CandidateIndex, Profiles};
use shared::routes;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub candidates: Arc<dyn CandidateIndex>,
    pub profiles: Arc<dyn Profiles>,
    pub pairs: Arc<dyn Pairs>,
    pub lens: Lens,
    pub authenticator: Arc<Authenticator>,
}

pub fn router(deps: Deps) -> Router {
    http::app(routes().with_state(deps))
}

/// This function's part of the API document.
pub fn api() -> OpenApi {
    http::document([routes().into_openapi()])
}

fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(pair::read))
}

/// Nobody can be matched with before they said something about themselves.
async fn oneself(deps: &Deps, user_id: UserId) -> Result<Person> {
    deps.profiles.find_people(&[user_id]).await?.pop().ok_or_else(|| Error::from(Code::ProfileMissing))
}
