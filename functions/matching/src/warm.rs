//! `POST /v1/matches/warm`

use axum::extract::State;
use axum::http::StatusCode;
use shared::domain::listing::Wanted;
use shared::edge::http::{Caller, Problem};
use shared::error::Result;

use crate::Deps;

/// Prepares one's own list, without parameters, so that the next look at it need not wait.
///
/// An app calls it when it starts. Nothing is different afterwards but the time that the list takes.
#[utoipa::path(post, path = "/v1/matches/warm", operation_id = "warm_matches", tag = "matching", security(("bearer" = [])), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`profile_missing`, `too_many_requests`"),
))]
pub(crate) async fn warm(State(deps): State<Deps>, caller: Caller) -> Result<StatusCode> {
    let (me, sight) = deps.readers.of_list(caller.user_id).await?;
    deps.ranker.ranking(&me, &Wanted::default(), &sight).await?;
    Ok(StatusCode::NO_CONTENT)
}
