//! `GET /v1/matches/{user_id}/visibility`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::domain::id::UserId;
use shared::domain::listing::{self, Obstacle};
use shared::domain::profile::FilterName;
use shared::edge::http::{Caller, Id, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;

#[derive(Serialize, ToSchema)]
pub(crate) struct Visibility {
    user_id: UserId,
    /// Empty if nothing on one's own side keeps the person out. Lists show the best of those whom both sides' filters
    /// admit, and nobody is told about the other side's.
    obstacles: Vec<ObstacleView>,
}

#[derive(Serialize, ToSchema)]
struct ObstacleView {
    code: ObstacleCode,
    /// Which of one's own filters, with `own_filter`.
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<FilterName>,
    #[schema(example = "You like this person already")]
    text: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ObstacleCode {
    Liked,
    Passed,
    Connected,
    WereConnected,
    Hiding,
    OwnFilter,
}

/// Says why a person is not in one's own list, as far as that is one's own to know.
///
/// Somebody who does not exist, whom one may not see, or who is blocked, whoever did it, gets the same answer.
#[utoipa::path(get, path = "/v1/matches/{user_id}/visibility", operation_id = "read_match_visibility", tag = "matching",
    security(("bearer" = [])), params(("user_id" = UserId, Path)), responses(
    (status = 200, body = Visibility),
    (status = "4XX", body = Problem, description = "`profile_missing`, `profile_not_found`"),
))]
pub(crate) async fn read(
    State(deps): State<Deps>,
    caller: Caller,
    Id(user_id): Id<UserId>,
) -> Result<Json<Visibility>> {
    let (me, other, pair) = deps.people.oneself_and(caller.user_id, user_id).await?;
    let obstacles = listing::obstacles(&me.profile, &other.profile, &pair)?;
    Ok(Json(Visibility { user_id, obstacles: obstacles.into_iter().map(ObstacleView::from).collect() }))
}

impl From<Obstacle> for ObstacleView {
    fn from(obstacle: Obstacle) -> Self {
        let plain = |code, text| Self { code, filter: None, text };
        match obstacle {
            Obstacle::Liked => plain(ObstacleCode::Liked, "You like this person already"),
            Obstacle::Passed => plain(ObstacleCode::Passed, "You passed on this person"),
            Obstacle::Connected => plain(ObstacleCode::Connected, "You are connected with this person"),
            Obstacle::WereConnected => plain(ObstacleCode::WereConnected, "You were connected with this person before"),
            Obstacle::Hiding => plain(ObstacleCode::Hiding, "This person is in nobody's list at the moment"),
            Obstacle::OwnFilter(filter) => {
                let text = "This person lacks what one of your filters asks for";
                Self { code: ObstacleCode::OwnFilter, filter: Some(filter), text }
            }
        }
    }
}
