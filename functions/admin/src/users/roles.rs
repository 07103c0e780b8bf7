//! `PUT` and `DELETE /v1/admin/users/{user_id}/roles/{role}`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::account::{Account, Role};
use shared::domain::audit::Act;
use shared::domain::id::UserId;
use shared::edge::http::{Id, Problem};
use shared::error::{Code, Result};

use super::{Deps, enact};
use crate::guard::{Admin, Staff};

/// Gives somebody a role. It holds from their next request on.
///
/// Nobody changes their own roles, and nobody gets one who is suspended or banned.
#[utoipa::path(put, path = "/v1/admin/users/{user_id}/roles/{role}", operation_id = "grant_role", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path), ("role" = Role, Path)), responses(
        (status = 204, description = "The person has the role"),
        (status = "4XX", body = Problem,
            description = "`forbidden`, `user_not_found`, `invalid_field`, `version_conflict`"),
    ))]
pub(super) async fn grant(
    State(deps): State<Deps>,
    Admin(admin): Admin,
    Id((user_id, role)): Id<(UserId, String)>,
) -> Result<StatusCode> {
    let role = Role::parse(&role)?;
    let person = other(&deps, admin, user_id).await?;
    if person.is_sanctioned(deps.ambient.now()) {
        return Err(Code::Forbidden.into());
    }
    if !person.roles.contains(&role) {
        let entry = admin.notes(user_id, Act::RoleGranted { role }, None, &deps.ambient);
        enact(&deps, &entry, admin.role, &[]).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a role from somebody. It opens nothing more from their next request on.
///
/// Nobody changes their own roles, so that an admin is always left.
#[utoipa::path(delete, path = "/v1/admin/users/{user_id}/roles/{role}", operation_id = "remove_role", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path), ("role" = Role, Path)), responses(
        (status = 204, description = "The person does not have the role"),
        (status = "4XX", body = Problem,
            description = "`forbidden`, `user_not_found`, `invalid_field`, `version_conflict`"),
    ))]
pub(super) async fn remove(
    State(deps): State<Deps>,
    Admin(admin): Admin,
    Id((user_id, role)): Id<(UserId, String)>,
) -> Result<StatusCode> {
    let role = Role::parse(&role)?;
    let person = other(&deps, admin, user_id).await?;
    if person.roles.contains(&role) {
        let entry = admin.notes(user_id, Act::RoleRemoved { role }, None, &deps.ambient);
        enact(&deps, &entry, admin.role, &[]).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn other(deps: &Deps, admin: Staff, user_id: UserId) -> Result<Account> {
    if user_id == admin.user_id {
        return Err(Code::Forbidden.into());
    }
    deps.people.find(user_id).await
}
