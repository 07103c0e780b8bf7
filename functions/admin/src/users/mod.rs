//! People as staff sees them: found, given roles, kept out.

mod find;
mod roles;
mod sanction;
mod view;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::domain::account::{Account, AccountState, Role};
use shared::domain::audit::AuditEntry;
use shared::domain::id::UserId;
use shared::domain::outbox::OutboxEntry;
use shared::error::{Code, Error, Result};
use shared::ports::accounts::Accounts;
use shared::ports::ambient::Ambient;
use shared::ports::moderation::{Enacted, Moderation};
use shared::ports::sessions::Sessions;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::guard::Guard;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub guard: Arc<Guard>,
    pub accounts: Arc<dyn Accounts>,
    pub moderation: Arc<dyn Moderation>,
    pub sessions: Arc<dyn Sessions>,
    pub ambient: Ambient,
}

pub fn routes() -> OpenApiRouter<Deps> {
    OpenApiRouter::new()
        .routes(routes!(find::by_email))
        .routes(routes!(find::by_id))
        .routes(routes!(roles::grant, roles::remove))
        .routes(routes!(sanction::impose, sanction::lift))
}

/// A registration that nobody has confirmed is nobody yet.
async fn subject(deps: &Deps, user_id: UserId) -> Result<Account> {
    let account = deps.accounts.find(user_id).await?;
    account.filter(|account| account.state == AccountState::Active).ok_or_else(|| Error::from(Code::UserNotFound))
}

async fn enact(deps: &Deps, entry: &AuditEntry, by: Role, promises: &[OutboxEntry]) -> Result<()> {
    match deps.moderation.enact(entry, by, promises).await? {
        Enacted::Done => Ok(()),
        Enacted::Outdated => Err(Code::VersionConflict.into()),
    }
}
