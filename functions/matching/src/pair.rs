//! `GET /v1/matches/{user_id}`

use axum::Json;
use axum::extract::State;
use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::matching;
use shared::edge::http::{Caller, Id, Problem};
use shared::error::{Code, Result};

use crate::Deps;
use crate::view::MatchView;

/// Explains how well one person fits.
#[utoipa::path(get, path = "/v1/matches/{user_id}", operation_id = "read_match", tag = "matching", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 200, body = MatchView),
    (status = "4XX", body = Problem, description = "`profile_missing`, `profile_not_found`"),
))]
pub(crate) async fn read(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<Json<MatchView>> {
    let both = deps.people.oneself_and(caller.user_id, user_id);
    let ((me, other, pair), sight) = try_join!(both, deps.readers.sight_of(caller.user_id))?;
    if !other.profile.is_shown() {
        return Err(Code::ProfileNotFound.into());
    }
    pair.refuse_unless_seen(caller.user_id, other.profile.details.visible)?;
    let score = matching::score(&me, &other, &sight.model);
    Ok(Json(MatchView::new(&other.profile, score, &sight)))
}
