//! How lists of projects and of people are asked for, page by page.

use serde::Deserialize;
use shared::domain::id::UserId;
use shared::edge::http::page_of;
use utoipa::IntoParams;

/// A list in the order of ids.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeoplePage {
    /// How many people, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: u32,
    /// The `next_after` of the page before.
    pub(crate) after: Option<UserId>,
}

/// A list in the order of scores.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RankedPage {
    /// How many, 1 to 100; 20 when left out.
    #[serde(default = "page_of::<20>")]
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: u32,
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}
