//! What a client may say about a profile, before anything was checked.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Field, Goal};

/// Everything a person can say about themselves. It replaces the whole profile: what is left out is removed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileInput {
    /// What others call the person, 2 to 100 characters.
    #[schema(min_length = 2, max_length = 100, example = "Ada Lovelace")]
    pub name: String,
    /// One line below the name, at most 120 characters.
    #[serde(default)]
    #[schema(max_length = 120, example = "Backend engineer who likes compilers")]
    pub headline: Option<String>,
    /// The person in their own words, at most 10,000 characters; line breaks are kept.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    pub bio: Option<String>,
    /// The professional field that describes the person best.
    #[schema(value_type = Field)]
    pub field: String,
    /// Years of professional experience, 0 to 60.
    #[schema(minimum = 0, maximum = 60, example = 7)]
    pub experience_years: i64,
    /// At most 50 skills of 1 to 50 characters. Spellings of the same skill count once.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["Rust", "PostgreSQL"]))]
    pub skills: Vec<String>,
    /// At most 30 interests of 1 to 50 characters.
    #[serde(default)]
    #[schema(max_items = 30, example = json!(["open source", "chess"]))]
    pub interests: Vec<String>,
    /// At most 5 goals.
    #[serde(default)]
    #[schema(value_type = Vec<Goal>, max_items = 5, example = json!(["collaborate"]))]
    pub goals: Vec<String>,
    /// At most 10 BCP 47 primary tags of two or three letters.
    #[serde(default)]
    #[schema(max_items = 10, example = json!(["en", "de"]))]
    pub languages: Vec<String>,
    /// An IANA time zone name.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    #[serde(default)]
    pub place: Option<PlaceInput>,
    /// Hours a week for joint work, 1 to 80.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 80, example = 10)]
    pub availability_hours_per_week: Option<i64>,
    /// Whether others can find the profile; true when left out.
    #[serde(default = "visible")]
    #[schema(default = true)]
    pub visible: bool,
}

/// Where a person lives.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceInput {
    /// 1 to 100 characters.
    #[schema(min_length = 1, max_length = 100, example = "Leipzig")]
    pub city: String,
    /// An ISO 3166-1 alpha-2 code.
    #[schema(min_length = 2, max_length = 2, example = "DE")]
    pub country: String,
}

fn visible() -> bool {
    true
}
