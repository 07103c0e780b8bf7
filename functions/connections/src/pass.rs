//! `PUT` and `DELETE /v1/passes/{user_id}`

use axum::extract::State;
use axum::http::StatusCode;
use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::limit::{PASS_PER_PERSON, Subject, TAKE_BACK_PER_PERSON};
use shared::domain::pair::Pair;
use shared::edge::http::{Caller, Id, Problem};
use shared::error::Result;

use crate::Deps;
use crate::change::{Teaches, answer};

/// Passes on somebody: they are not suggested again. Takes a like back that was not returned yet.
///
/// Like a like, it teaches what matters to its giver: see `/v1/learning`.
#[utoipa::path(put, path = "/v1/passes/{user_id}", tag = "connections", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`profile_not_found`, `already_connected`, `too_many_requests`"),
))]
pub(crate) async fn pass(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    let person = Subject::person(caller.user_id);
    let meeting = deps.people.meet(caller.user_id, user_id);
    let (encounter, ()) = try_join!(meeting, deps.limiter.take(&PASS_PER_PERSON, &person))?;
    let other = encounter.other()?;
    let now = deps.ambient.now();
    answer(&deps, caller.user_id, user_id, encounter.impression.as_ref().into(), |pair| {
        pair.refuse_unless_seen(caller.user_id, other.details.visible)?;
        pair.pass(caller.user_id, now)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a pass back, and what it taught: it is as if it had never been given, and the other one can be suggested again with
/// the very next list. Where there is no pass, nothing happens.
#[utoipa::path(delete, path = "/v1/passes/{user_id}", operation_id = "take_pass_back", tag = "connections", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`already_connected`, `too_many_requests`, `invalid_field`"),
))]
pub(crate) async fn take_back(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    deps.limiter.take(&TAKE_BACK_PER_PERSON, &Subject::person(caller.user_id)).await?;
    let change = |pair: &mut Pair| pair.take_back_pass(caller.user_id);
    answer(&deps, caller.user_id, user_id, Teaches::TakingBack, change).await?;
    Ok(StatusCode::NO_CONTENT)
}
