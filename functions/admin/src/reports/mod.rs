//! The queue of reports: read and worked off.

mod close;
mod list;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::ports::ambient::Ambient;
use shared::ports::reports::Reports;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::guard::Guard;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub guard: Arc<Guard>,
    pub reports: Arc<dyn Reports>,
    pub ambient: Ambient,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(close::close))
}
