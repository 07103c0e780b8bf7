//! `GET /v1/profiles/{user_id}`

use axum::Json;
use axum::extract::State;
use shared::domain::id::UserId;
use shared::edge::http::{Caller, Id, Problem};
use shared::error::{Code, Result};

use crate::Deps;
use crate::view::{PublicProfile, ShownProfile};

/// Reads somebody's profile.
///
/// A person who does not exist, hides, or has blocked or is blocked by the reader gets the same answer. Hidden people
/// stay visible to those they like or are connected with.
#[utoipa::path(get, path = "/v1/profiles/{user_id}", operation_id = "read_profile", tag = "profiles", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 200, body = ShownProfile),
    (status = "4XX", body = Problem, description = "`profile_not_found`"),
))]
pub(crate) async fn read(
    State(deps): State<Deps>,
    caller: Caller,
    Id(user_id): Id<UserId>,
) -> Result<Json<ShownProfile>> {
    let profile = deps.shelf.profiles.find(user_id).await?.ok_or(Code::ProfileNotFound)?;
    if user_id != caller.user_id {
        if !profile.is_shown() {
            return Err(Code::ProfileNotFound.into());
        }
        let pair = deps.pairs.find(caller.user_id, user_id).await?;
        pair.refuse_unless_seen(caller.user_id, profile.details.visible)?;
    }
    let photos = deps.shelf.gallery.shown(user_id, deps.ambient.now()).await?;
    Ok(Json(ShownProfile { profile: PublicProfile::from(&profile), photos }))
}
