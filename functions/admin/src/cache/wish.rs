//! `PUT /v1/admin/cache/warm/{user_id}`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::audit::Act;
use shared::domain::id::UserId;
use shared::edge::http::{Id, Problem};
use shared::error::Result;

use super::{Deps, done};
use crate::guard::Admin;

/// Wishes that somebody's list, without parameters, is made ahead: within half an hour, if this deployment has a cache.
///
/// Whoever has no profile has no list, which is no error. Oneself: `POST /v1/matches/warm`.
#[utoipa::path(put, path = "/v1/admin/cache/warm/{user_id}", operation_id = "warm_list_of", tag = "admin",
    security(("bearer" = [])), params(("user_id" = UserId, Path)), responses(
        (status = 204, description = "The wish is noted"),
        (status = "4XX", body = Problem, description = "`forbidden`"),
    ))]
pub(super) async fn wish(State(deps): State<Deps>, Admin(admin): Admin, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    let entry = admin.notes(user_id, Act::CacheWarmWished {}, None, &deps.ambient);
    done(deps.keeper.wish(user_id, &entry).await?)?;
    Ok(StatusCode::NO_CONTENT)
}
