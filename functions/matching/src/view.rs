//! Matches as they are shown.

use serde::Serialize;
use shared::domain::id::UserId;
use shared::domain::matching::{ForYou, Score};
use shared::domain::profile::{Field, Profile};
use shared::models::Sight;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(crate) struct MatchList {
    /// Best first: by `for_you` where there is one, else by `score`.
    pub(crate) items: Vec<MatchView>,
    /// The `cursor` of the next page, if there may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MatchView {
    user_id: UserId,
    #[schema(example = "Ada Lovelace")]
    name: String,
    headline: Option<String>,
    field: Field,
    /// The same for both people.
    score: Score,
    /// The score with the weights that one's own likes and passes have moved, which orders one's list; left out when they
    /// moved none, or learning is switched off. See `/v1/learning`.
    #[serde(skip_serializing_if = "Option::is_none")]
    for_you: Option<ForYou>,
}

impl MatchView {
    pub(crate) fn new(profile: &Profile, score: Score, sight: &Sight) -> Self {
        let details = &profile.details;
        Self {
            user_id: profile.user_id,
            name: details.name.as_str().to_owned(),
            headline: details.headline.as_ref().map(|headline| headline.as_str().to_owned()),
            field: details.field,
            for_you: sight.for_you(&score),
            score,
        }
    }
}
