//! Photos that wait for somebody to look at them.

mod list;
mod rule;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::ports::ambient::Ambient;
use shared::ports::moderation::Audit;
use shared::ports::photos::{Albums, PhotoBin, PhotoLinks, PhotoReviews};
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::guard::Guard;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub guard: Arc<Guard>,
    pub desk: Desk,
    pub audit: Arc<dyn Audit>,
    pub ambient: Ambient,
}

/// What waits, whose it is, and what is shown and taken away of it.
#[derive(Clone)]
pub struct Desk {
    pub reviews: Arc<dyn PhotoReviews>,
    pub albums: Arc<dyn Albums>,
    pub links: Arc<dyn PhotoLinks>,
    pub bin: Arc<dyn PhotoBin>,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(rule::approve)).routes(routes!(rule::refuse))
}
