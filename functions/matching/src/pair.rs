//! `GET /v1/matches/{user_id}`

use axum::Json;
use axum::extract::State;
use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::matching::{self, Ranked};
use shared::edge::http::{Caller, Id, Problem};
use shared::error::{Code, Result};

use crate::view::MatchView;
use crate::{Deps, own_profile};

/// Explains how well one person fits.
#[utoipa::path(get, path = "/v1/matches/{user_id}", operation_id = "read_match", tag = "matching", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 200, body = MatchView),
    (status = "4XX", body = Problem, description = "`profile_missing`, `profile_not_found`"),
))]
pub(crate) async fn read(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<Json<MatchView>> {
    let (me, other, pair) = try_join!(
        own_profile(&deps, caller.user_id),
        deps.profiles.find(user_id),
        deps.pairs.find(caller.user_id, user_id)
    )?;
    let other = other.filter(|other| user_id != caller.user_id && other.is_shown()).ok_or(Code::ProfileNotFound)?;
    pair.refuse_unless_seen(caller.user_id, other.details.visible)?;
    let score = matching::score(&me, &other, &deps.model);
    Ok(Json(MatchView::from(Ranked { profile: &other, score })))
}
