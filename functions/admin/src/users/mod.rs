//! People as staff sees them: found, given roles, kept out, signed out.

mod find;
mod people;
mod roles;
mod sanction;
mod sessions;
mod view;

use std::sync::Arc;

use axum::extract::FromRef;
use shared::domain::account::{Account, Role};
use shared::domain::audit::AuditEntry;
use shared::domain::id::UserId;
use shared::domain::outbox::OutboxEntry;
use shared::error::{Code, Result};
use shared::ports::ambient::Ambient;
use shared::ports::moderation::{Enacted, Moderation};
use shared::ports::sessions::Sessions;
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

pub use people::People;

use crate::guard::{Guard, Staff};

#[derive(Clone, FromRef)]
pub struct Deps {
    pub guard: Arc<Guard>,
    pub people: People,
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
        .routes(routes!(sessions::end))
}

/// Somebody over whom `staff` may decide.
async fn below(deps: &Deps, staff: Staff, user_id: UserId) -> Result<Account> {
    let person = deps.people.find(user_id).await?;
    if staff.role.is_above(&person) { Ok(person) } else { Err(Code::Forbidden.into()) }
}

async fn enact(deps: &Deps, entry: &AuditEntry, by: Role, promises: &[OutboxEntry]) -> Result<()> {
    match deps.moderation.enact(entry, by, promises).await? {
        Enacted::Done => Ok(()),
        Enacted::Outdated => Err(Code::VersionConflict.into()),
    }
}
