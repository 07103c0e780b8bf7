//! What opens one's account: the identities at providers that are linked to it, beside the password.

mod list;
mod unlink;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::edge::http::Authenticator;
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::oauth::Identities;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::oauth::Providers;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub identities: Arc<dyn Identities>,
    pub accounts: Arc<dyn Accounts>,
    pub providers: Arc<Providers>,
    pub ambient: Ambient,
    pub authenticator: Arc<Authenticator>,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(unlink::unlink))
}
