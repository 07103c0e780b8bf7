//! How mails reach one: their language, and what holds them back.

mod preferences;
mod resume;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::edge::http::{Authenticator, Limiter};
use shared::ports::accounts::Accounts;
use shared::ports::mailboxes::Mailboxes;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub mailboxes: Arc<dyn Mailboxes>,
    pub limiter: Limiter,
    pub authenticator: Arc<Authenticator>,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(preferences::read, preferences::write)).routes(routes!(resume::resume))
}
