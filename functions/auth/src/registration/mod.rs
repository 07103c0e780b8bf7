//! From an address to an account: register, then prove to read the mailbox.

mod register;
mod verify;

use std::sync::Arc;

use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::codes::Codes;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(Clone)]
pub struct Deps {
    pub accounts: Arc<dyn Accounts>,
    pub codes: Arc<dyn Codes>,
    pub ambient: Ambient,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(register::register)).routes(routes!(verify::verify))
}
