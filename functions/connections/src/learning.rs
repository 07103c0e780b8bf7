//! `GET`, `PUT` and `DELETE /v1/learning`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::domain::fields::Fields;
use shared::domain::input::Input;
use shared::domain::matching::{LearnedWeight, Opinion, Taste, Verdict, Weights};
use shared::edge::http::{Body, Caller, Problem};
use shared::error::Result;
use utoipa::ToSchema;

use crate::Deps;

/// What one's own likes and passes have taught.
#[derive(Serialize, ToSchema)]
pub(crate) struct LearningView {
    /// Whether one's own answers move the weights of one's own list.
    is_on: bool,
    /// How many people one likes now, and passes on, since one began anew.
    likes: u32,
    passes: u32,
    /// The weights of all components with what is learned, if that moves any, also while it is switched off. It takes five
    /// likes and five passes that can be compared in a component.
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<Vec<LearnedWeight>>,
    /// Grows with every answer and every change here.
    version: u64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LearningBody {
    #[schema(value_type = bool)]
    is_on: Input<bool>,
}

/// Reads what one's own likes and passes have taught.
#[utoipa::path(get, path = "/v1/learning", operation_id = "read_learning", tag = "connections", security(("bearer" = [])), responses(
    (status = 200, body = LearningView),
    (status = "4XX", body = Problem),
))]
pub(crate) async fn read(State(deps): State<Deps>, caller: Caller) -> Result<Json<LearningView>> {
    Ok(Json(LearningView::from(deps.people.taste(caller.user_id).await?)))
}

/// Switches learning on or off. Off, one's list is ordered as if nothing had been learned; answers are still counted, so
/// that switching it on again finds them.
#[utoipa::path(put, path = "/v1/learning", operation_id = "switch_learning", tag = "connections", security(("bearer" = [])),
    request_body = LearningBody, responses(
    (status = 200, body = LearningView),
    (status = "4XX", body = Problem, description = "`invalid_field`"),
))]
pub(crate) async fn switch(
    State(deps): State<Deps>,
    caller: Caller,
    Body(body): Body<LearningBody>,
) -> Result<Json<LearningView>> {
    let mut fields = Fields::default();
    let is_on = fields.copy("is_on", &body.is_on);
    let is_off = !fields.accept(is_on)?;
    let switched = |taste: &Taste| (taste.is_off != is_off).then(|| taste.clone().switched(is_off));
    Ok(Json(LearningView::from(deps.people.change_taste(caller.user_id, switched).await?)))
}

/// Begins anew: what was learned is forgotten, and answers from before no longer count. The answers themselves stay: whom
/// one liked or passed on is not suggested again.
#[utoipa::path(delete, path = "/v1/learning", operation_id = "forget_learning", tag = "connections", security(("bearer" = [])), responses(
    (status = 204, description = "Nothing is learned"),
    (status = "4XX", body = Problem),
))]
pub(crate) async fn forget(State(deps): State<Deps>, caller: Caller) -> Result<StatusCode> {
    let knows_something =
        |taste: &Taste| Verdict::ALL.iter().any(|verdict| taste.number(*verdict, Opinion::Answers) > 0);
    let forgotten = |taste: &Taste| knows_something(taste).then(|| taste.forgotten());
    deps.people.change_taste(caller.user_id, forgotten).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Taste> for LearningView {
    fn from(taste: Taste) -> Self {
        let [likes, passes] = Verdict::ALL.map(|verdict| taste.number(verdict, Opinion::Answers));
        let weights = taste.would_lean(&Weights::default()).map(|leaning| leaning.all());
        Self { is_on: !taste.is_off, likes, passes, weights, version: taste.version }
    }
}
