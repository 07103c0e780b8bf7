//! The form in which a store keeps [`ProfileDetails`]: plain strings and numbers, checked again when read.
//!
//! It is apart from the wire type, so that either can change without the other, and it reads items that lack fields
//! added later or carry fields that are gone.

use serde::{Deserialize, Serialize};

use super::details::ProfileDetails;
use super::wire::{PlaceInput, ProfileInput};
use super::{HoursPerWeek, Place};
use crate::domain::input::Input;
use crate::error::Error;

#[derive(Deserialize, Serialize)]
pub(super) struct StoredDetails {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    headline: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bio: Option<String>,
    field: String,
    experience_years: u8,
    #[serde(default)]
    skills: Vec<String>,
    #[serde(default)]
    interests: Vec<String>,
    #[serde(default)]
    goals: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
    time_zone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<StoredPlace>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    availability_hours_per_week: Option<u8>,
    visible: bool,
}

/// Where somebody or something is, as it is stored.
#[derive(Deserialize, Serialize)]
pub(in crate::domain) struct StoredPlace {
    city: String,
    country: String,
}

impl From<Place> for StoredPlace {
    fn from(place: Place) -> Self {
        Self { city: place.city().to_owned(), country: place.country().to_owned() }
    }
}

impl From<ProfileDetails> for StoredDetails {
    fn from(details: ProfileDetails) -> Self {
        Self {
            name: details.name.as_str().to_owned(),
            headline: details.headline.map(|headline| headline.as_str().to_owned()),
            bio: details.bio.map(|bio| bio.as_str().to_owned()),
            field: details.field.as_str().to_owned(),
            experience_years: details.experience_years.get(),
            skills: details.skills.iter().map(|skill| skill.as_str().to_owned()).collect(),
            interests: details.interests.iter().map(|interest| interest.as_str().to_owned()).collect(),
            goals: details.goals.iter().map(|goal| goal.as_str().to_owned()).collect(),
            languages: details.languages.iter().map(|language| language.as_str().to_owned()).collect(),
            time_zone: details.time_zone.as_str().to_owned(),
            place: details.place.map(StoredPlace::from),
            availability_hours_per_week: details.hours_per_week.map(HoursPerWeek::get),
            visible: details.visible,
        }
    }
}

impl TryFrom<StoredDetails> for ProfileDetails {
    type Error = Error;

    fn try_from(stored: StoredDetails) -> Result<Self, Error> {
        Self::parse(&ProfileInput {
            name: stored.name.into(),
            headline: stored.headline.map(Input::from),
            bio: stored.bio.map(Input::from),
            field: stored.field.into(),
            experience_years: i64::from(stored.experience_years).into(),
            skills: stored.skills.into(),
            interests: stored.interests.into(),
            goals: stored.goals.into(),
            languages: stored.languages.into(),
            time_zone: stored.time_zone.into(),
            place: stored.place.map(Input::from),
            availability_hours_per_week: stored.availability_hours_per_week.map(|hours| i64::from(hours).into()),
            visible: stored.visible.into(),
        })
    }
}

impl From<StoredPlace> for Input<PlaceInput> {
    fn from(StoredPlace { city, country }: StoredPlace) -> Self {
        PlaceInput { city: city.into(), country: country.into() }.into()
    }
}
