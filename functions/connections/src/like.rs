//! `PUT` and `DELETE /v1/likes/{user_id}`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use futures::try_join;
use serde::{Deserialize, Serialize};
use shared::domain::fields::Fields;
use shared::domain::id::{ConversationId, UserId};
use shared::domain::input::Input;
use shared::domain::limit::{LIKE_PER_PERSON, Subject, TAKE_BACK_PER_PERSON};
use shared::domain::pair::{Liked, Pair};
use shared::domain::text;
use shared::edge::http::{Body, Caller, Id, Problem};
use shared::error::{Code, Result};
use utoipa::ToSchema;

use crate::Deps;
use crate::change::{Teaches, answer};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LikeBody {
    /// A few words for the other person, at most 500 characters.
    #[schema(value_type = Option<String>, max_length = 500)]
    intro: Option<Input<String>>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LikeAnswer {
    state: LikeState,
    /// Where the two can talk now, if they matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<ConversationId>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LikeState {
    Liked,
    Matched,
}

/// Likes somebody; if they did the same before, it is a match and both are told. Liking twice changes nothing.
///
/// How the two compare at this moment is kept, and moves the weights of one's own list: see `/v1/learning`.
#[utoipa::path(put, path = "/v1/likes/{user_id}", tag = "connections", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), request_body = LikeBody, responses(
    (status = 200, body = LikeAnswer),
    (status = "4XX", body = Problem,
        description = "`profile_not_found`, `profile_missing`, `too_many_requests`, `invalid_field`"),
))]
pub(crate) async fn like(
    State(deps): State<Deps>,
    caller: Caller,
    Id(user_id): Id<UserId>,
    Body(body): Body<LikeBody>,
) -> Result<Json<LikeAnswer>> {
    let intro = parse(&body)?;
    let person = Subject::person(caller.user_id);
    let meeting = deps.people.meet(caller.user_id, user_id);
    let (encounter, ()) = try_join!(meeting, deps.limiter.take(&LIKE_PER_PERSON, &person))?;
    if !encounter.has_own_profile() {
        return Err(Code::ProfileMissing.into());
    }
    let other = encounter.other()?;
    let (now, conversation_id) = (deps.ambient.now(), deps.ambient.id());
    let liked = answer(&deps, caller.user_id, user_id, encounter.impression.as_ref().into(), |pair| {
        pair.refuse_unless_seen(caller.user_id, other.details.visible)?;
        pair.like(caller.user_id, intro.clone(), conversation_id, now)
    })
    .await?;
    Ok(Json(LikeAnswer::from(liked)))
}

/// Takes a like back that was not answered, and what it taught: it is as if it had never been given. A match is ended with
/// `DELETE /v1/connections/{user_id}`; where there is no like, nothing happens.
#[utoipa::path(delete, path = "/v1/likes/{user_id}", operation_id = "take_like_back", tag = "connections", security(("bearer" = [])),
    params(("user_id" = UserId, Path)), responses(
    (status = 204),
    (status = "4XX", body = Problem, description = "`already_connected`, `too_many_requests`, `invalid_field`"),
))]
pub(crate) async fn take_back(State(deps): State<Deps>, caller: Caller, Id(user_id): Id<UserId>) -> Result<StatusCode> {
    deps.limiter.take(&TAKE_BACK_PER_PERSON, &Subject::person(caller.user_id)).await?;
    let change = |pair: &mut Pair| pair.take_back_like(caller.user_id);
    answer(&deps, caller.user_id, user_id, Teaches::TakingBack, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parse(body: &LikeBody) -> Result<Option<String>> {
    let mut fields = Fields::default();
    let intro = fields.read_optional("intro", body.intro.as_ref(), |intro| text::paragraph("intro", intro, 0..=500));
    Ok(fields.accept(intro)?.filter(|intro| !intro.is_empty()))
}

impl From<Liked> for LikeAnswer {
    fn from(liked: Liked) -> Self {
        match liked {
            Liked::Waiting => Self { state: LikeState::Liked, conversation_id: None },
            Liked::Matched(id) | Liked::Already(id) => Self { state: LikeState::Matched, conversation_id: Some(id) },
        }
    }
}
