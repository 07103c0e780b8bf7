//! From an address to an account: register, then prove to read the mailbox.

mod confirm;
mod page;
mod register;
mod resend;
mod verify;

use std::sync::Arc;

use shared::edge::http::Limiter;
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::codes::Codes;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

#[derive(Clone)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub codes: Arc<dyn Codes>,
    pub limiter: Limiter,
    pub ambient: Ambient,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(register::register))
        .routes(routes!(resend::resend))
        .routes(routes!(verify::verify))
        .routes(routes!(confirm::show, confirm::confirm))
}
