//! Erasing one's account: what proves that it is its owner who wants it gone, and how it begins.
//!
//! An access token alone is not enough: whoever has stolen one must not end what they cannot give back. The work itself is
//! done by `account-jobs`.

mod code;
mod erase;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::edge::http::{Authenticator, Limiter};
use shared::ports::accounts::Accounts;
use shared::ports::codes::Codes;
use shared::ports::erasures::ErasureRequests;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::session::Keeper;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub proofs: Proofs,
    pub requests: Arc<dyn ErasureRequests>,
    pub keeper: Arc<Keeper>,
    pub authenticator: Arc<Authenticator>,
}

/// What a proof is held against, and how often one may be tried.
#[derive(Clone)]
pub struct Proofs {
    pub accounts: Arc<dyn Accounts>,
    pub codes: Arc<dyn Codes>,
    pub limiter: Limiter,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new().routes(routes!(erase::erase)).routes(routes!(code::send))
}
