//! Matches as they are shown.

use serde::Serialize;
use shared::domain::id::UserId;
use shared::domain::matching::{Ranked, Score};
use shared::domain::profile::Field;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(crate) struct MatchList {
    /// Best first.
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
    score: Score,
}

impl From<Ranked<'_>> for MatchView {
    fn from(ranked: Ranked<'_>) -> Self {
        let details = &ranked.profile.details;
        Self {
            user_id: ranked.profile.user_id,
            name: details.name.as_str().to_owned(),
            headline: details.headline.as_ref().map(|headline| headline.as_str().to_owned()),
            field: details.field,
            score: ranked.score,
        }
    }
}
