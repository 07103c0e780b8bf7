//! Work that failed for good: how much there is, what it was, and how to have it done again.

mod discard;
mod list;
mod read;
mod redrive;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::domain::dead_letter::DeadLetterQueue;
use shared::domain::fields::Fields;
use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::ports::dead_letters::DeadLetters;
use shared::ports::moderation::Audit;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::guard::Guard;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub guard: Arc<Guard>,
    pub letters: Arc<dyn DeadLetters>,
    pub audit: Arc<dyn Audit>,
    pub ambient: Ambient,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(read::read))
        .routes(routes!(redrive::redrive))
        .routes(routes!(discard::discard))
}

fn parse(queue: &str) -> Result<DeadLetterQueue> {
    let mut fields = Fields::default();
    let queue = fields.take("queue", DeadLetterQueue::parse(queue));
    fields.accept(queue)
}
