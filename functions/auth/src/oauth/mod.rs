//! Signing in with an account elsewhere: start a flow, finish it.

mod finish;
mod owners;
mod providers;
mod start;

use std::sync::Arc;

use shared::edge::http::Limiter;
use shared::ports::oauth::Flows;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::session::Keeper;

pub use owners::Owners;
pub use providers::Providers;

#[derive(Clone)]
pub struct Deps {
    pub flows: Arc<dyn Flows>,
    pub providers: Arc<Providers>,
    pub owners: Arc<Owners>,
    pub limiter: Limiter,
    pub keeper: Arc<Keeper>,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(start::start)).routes(routes!(finish::finish))
}
