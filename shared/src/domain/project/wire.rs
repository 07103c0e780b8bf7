//! What a client may say about a project, before anything was checked.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Audience, Joining, Stage, WorkMode};
use crate::domain::input::Input;
use crate::domain::profile::{Field, Goal, PlaceInput};

/// Everything a project says. It replaces the whole: what is left out is removed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectInput {
    /// What the project is called, 2 to 100 characters.
    #[schema(value_type = String, min_length = 2, max_length = 100, example = "A chess club's website")]
    pub title: Input<String>,
    /// The project in one breath, at most 300 characters.
    #[schema(value_type = Option<String>, max_length = 300)]
    pub summary: Option<Input<String>>,
    /// At most 10,000 characters; line breaks are kept.
    #[schema(value_type = Option<String>, max_length = 10_000)]
    pub description: Option<Input<String>>,
    /// The professional field that the project belongs to.
    #[schema(value_type = Field)]
    pub field: Input<String>,
    #[schema(value_type = Stage)]
    pub stage: Input<String>,
    /// At most 30 skills that the project needs, of 1 to 50 characters.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 30, example = json!(["React", "accessibility"]))]
    pub needed_skills: Input<Vec<String>>,
    /// What the project is for, at most 5.
    #[serde(default)]
    #[schema(value_type = Vec<Goal>, max_items = 5, example = json!(["collaborate"]))]
    pub goals: Input<Vec<String>>,
    /// The languages that people talk in, at most 10 BCP 47 primary tags of two or three letters.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 10, example = json!(["en", "de"]))]
    pub languages: Input<Vec<String>>,
    /// Years of experience that a member should have, 0 to 60. Left out, they follow from the stage.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 60)]
    pub experience_years: Option<Input<i64>>,
    /// Remote when left out.
    #[serde(default = "remote")]
    #[schema(value_type = WorkMode, default = "remote")]
    pub work_mode: Input<String>,
    /// Where people meet; needed unless they work remotely.
    #[schema(value_type = Option<PlaceInput>)]
    pub place: Option<Input<PlaceInput>>,
    /// An IANA time zone name.
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    pub time_zone: Option<Input<String>>,
    /// Hours a week that a member should give, 1 to 80.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 80, example = 6)]
    pub hours_per_week: Option<Input<i64>>,
    /// How many people the project wants to be, 2 to 200. A project that is so many is suggested to nobody.
    #[schema(value_type = Option<i64>, minimum = 2, maximum = 200, example = 5)]
    pub team_size: Option<Input<i64>>,
    /// Open when left out.
    #[serde(default = "open")]
    #[schema(value_type = Joining, default = "open")]
    pub joining: Input<String>,
    /// Listed when left out.
    #[serde(default = "listed")]
    #[schema(value_type = Audience, default = "listed")]
    pub visibility: Input<String>,
}

fn remote() -> Input<String> {
    WorkMode::Remote.as_str().to_owned().into()
}

fn open() -> Input<String> {
    Joining::Open.as_str().to_owned().into()
}

fn listed() -> Input<String> {
    Audience::Listed.as_str().to_owned().into()
}
