//! What a client may say about a profile, before anything was checked.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Field, Goal};
use crate::domain::input::Input;

/// Everything a person can say about themselves. It replaces the whole profile: what is left out is removed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileInput {
    /// What others call the person, 2 to 100 characters.
    #[schema(value_type = String, min_length = 2, max_length = 100, example = "Ada Lovelace")]
    pub name: Input<String>,
    /// One line below the name, at most 120 characters.
    #[schema(value_type = Option<String>, max_length = 120, example = "Backend engineer who likes compilers")]
    pub headline: Option<Input<String>>,
    /// The person in their own words, at most 10,000 characters; line breaks are kept.
    #[schema(value_type = Option<String>, max_length = 10_000)]
    pub bio: Option<Input<String>>,
    /// The professional field that describes the person best.
    #[schema(value_type = Field)]
    pub field: Input<String>,
    /// Years of professional experience, 0 to 60.
    #[schema(value_type = i64, minimum = 0, maximum = 60, example = 7)]
    pub experience_years: Input<i64>,
    /// At most 50 skills of 1 to 50 characters. Spellings of the same skill count once.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50, example = json!(["Rust", "PostgreSQL"]))]
    pub skills: Input<Vec<String>>,
    /// At most 30 interests of 1 to 50 characters.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 30, example = json!(["open source", "chess"]))]
    pub interests: Input<Vec<String>>,
    /// At most 5 goals.
    #[serde(default)]
    #[schema(value_type = Vec<Goal>, max_items = 5, example = json!(["collaborate"]))]
    pub goals: Input<Vec<String>>,
    /// At most 10 BCP 47 primary tags of two or three letters.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 10, example = json!(["en", "de"]))]
    pub languages: Input<Vec<String>>,
    /// An IANA time zone name.
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Input<String>,
    #[schema(value_type = Option<PlaceInput>)]
    pub place: Option<Input<PlaceInput>>,
    /// Hours a week for joint work, 1 to 80.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 80, example = 10)]
    pub availability_hours_per_week: Option<Input<i64>>,
    /// Whom the person wants to meet. Private, and two-way: who is shown to the person is also asked for what it asks.
    #[schema(value_type = Option<FiltersInput>)]
    pub filters: Option<Input<FiltersInput>>,
    /// Whether others can find the profile; true when left out.
    #[serde(default = "visible")]
    #[schema(value_type = bool, default = true)]
    pub visible: Input<bool>,
}

/// Where a person lives.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceInput {
    /// 1 to 100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100, example = "Leipzig")]
    pub city: Input<String>,
    /// An ISO 3166-1 alpha-2 code.
    #[schema(value_type = String, min_length = 2, max_length = 2, example = "DE")]
    pub country: Input<String>,
    /// In degrees, for distances; kept in steps of 0.1 and shown to nobody else. Only with `longitude`.
    #[schema(value_type = Option<f64>, minimum = -90, maximum = 90, example = 51.3)]
    pub latitude: Option<Input<f64>>,
    /// In degrees. Only with `latitude`.
    #[schema(value_type = Option<f64>, minimum = -180, maximum = 180, example = 12.4)]
    pub longitude: Option<Input<f64>>,
}

/// Whom a person wants to meet. What is left out or empty asks for nothing.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FiltersInput {
    /// One of these fields.
    #[serde(default)]
    #[schema(value_type = Vec<Field>)]
    pub fields: Input<Vec<String>>,
    /// At least one of these goals.
    #[serde(default)]
    #[schema(value_type = Vec<Goal>)]
    pub goals: Input<Vec<String>>,
    /// At least one of these languages; at most 10.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 10, example = json!(["en", "de"]))]
    pub languages: Input<Vec<String>>,
    /// One of these ISO 3166-1 alpha-2 codes; at most 30.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 30, example = json!(["DE", "AT"]))]
    pub countries: Input<Vec<String>>,
    /// Years of professional experience, 0 to 60.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 60)]
    pub min_experience_years: Option<Input<i64>>,
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 60)]
    pub max_experience_years: Option<Input<i64>>,
    /// Kilometres from one's own place, 1 to 20,000. The same city is always near; other places are if both have
    /// coordinates.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 20_000, example = 100)]
    pub max_distance_km: Option<Input<i64>>,
}

fn visible() -> Input<bool> {
    true.into()
}
