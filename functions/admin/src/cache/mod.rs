//! The caches: how often they are hit, and how to clear and to warm them.

mod clear;
mod stats;
mod wish;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::error::{Code, Result};
use shared::ports::ambient::Ambient;
use shared::ports::cache_keeper::CacheKeeper;
use shared::ports::cache_stats::CacheStats;
use shared::ports::matrix::Matrix;
use shared::ports::moderation::Enacted;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::guard::Guard;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub guard: Arc<Guard>,
    pub stats: Arc<dyn CacheStats>,
    /// Where the head with the generations is.
    pub matrix: Arc<dyn Matrix>,
    pub keeper: Arc<dyn CacheKeeper>,
    pub ambient: Ambient,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(stats::stats)).routes(routes!(clear::clear)).routes(routes!(wish::wish))
}

/// An act that is outdated was done by somebody who is no admin any more.
fn done(enacted: Enacted) -> Result<()> {
    match enacted {
        Enacted::Done => Ok(()),
        Enacted::Outdated => Err(Code::Forbidden.into()),
    }
}
