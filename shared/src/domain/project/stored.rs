//! The form in which a store keeps [`ProjectDetails`]: plain strings and numbers, checked again when read.

use serde::{Deserialize, Serialize};

use super::details::{NeededHours, ProjectDetails, TeamSize};
use super::wire::ProjectInput;
use crate::domain::input::Input;
use crate::domain::profile::ExperienceYears;
use crate::domain::profile::stored::StoredPlace;
use crate::error::Error;

#[derive(Deserialize, Serialize)]
pub(super) struct StoredDetails {
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    field: String,
    stage: String,
    #[serde(default)]
    needed_skills: Vec<String>,
    #[serde(default)]
    goals: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    experience_years: Option<u8>,
    work_mode: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<StoredPlace>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours_per_week: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team_size: Option<u8>,
    joining: String,
    visibility: String,
}

impl From<ProjectDetails> for StoredDetails {
    fn from(details: ProjectDetails) -> Self {
        Self {
            title: details.title.as_str().to_owned(),
            summary: details.summary.map(|summary| summary.as_str().to_owned()),
            description: details.description.map(|description| description.as_str().to_owned()),
            field: details.field.as_str().to_owned(),
            stage: details.stage.as_str().to_owned(),
            needed_skills: details.needed_skills.iter().map(|skill| skill.as_str().to_owned()).collect(),
            goals: details.goals.iter().map(|goal| goal.as_str().to_owned()).collect(),
            languages: details.languages.iter().map(|language| language.as_str().to_owned()).collect(),
            experience_years: details.experience_years.map(ExperienceYears::get),
            work_mode: details.work_mode.as_str().to_owned(),
            place: details.place.as_ref().map(StoredPlace::from),
            time_zone: details.time_zone.map(|zone| zone.as_str().to_owned()),
            hours_per_week: details.hours_per_week.map(NeededHours::get),
            team_size: details.team_size.map(TeamSize::get),
            joining: details.joining.as_str().to_owned(),
            visibility: details.visibility.as_str().to_owned(),
        }
    }
}

impl TryFrom<StoredDetails> for ProjectDetails {
    type Error = Error;

    fn try_from(stored: StoredDetails) -> Result<Self, Error> {
        let number = |value: u8| Input::from(i64::from(value));
        Self::parse(&ProjectInput {
            title: stored.title.into(),
            summary: stored.summary.map(Input::from),
            description: stored.description.map(Input::from),
            field: stored.field.into(),
            stage: stored.stage.into(),
            needed_skills: stored.needed_skills.into(),
            goals: stored.goals.into(),
            languages: stored.languages.into(),
            experience_years: stored.experience_years.map(number),
            work_mode: stored.work_mode.into(),
            place: stored.place.map(Input::from),
            time_zone: stored.time_zone.map(Input::from),
            hours_per_week: stored.hours_per_week.map(number),
            team_size: stored.team_size.map(number),
            joining: stored.joining.into(),
            visibility: stored.visibility.into(),
        })
    }
}
