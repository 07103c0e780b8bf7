//! Signing in with an account elsewhere: start a flow, finish it.

mod adopt;
mod finish;
mod providers;
mod start;

use std::sync::Arc;

use shared::ports::accounts::Accounts;
use shared::ports::oauth::{Flows, Identities};
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::session::Keeper;

pub use providers::Providers;

#[derive(Clone)]
pub struct Deps {
    pub flows: Arc<dyn Flows>,
    pub identities: Arc<dyn Identities>,
    pub providers: Arc<Providers>,
    pub accounts: Arc<dyn Accounts>,
    pub keeper: Arc<Keeper>,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(start::start)).routes(routes!(finish::finish))
}
