//! The form in which a store keeps [`ProfileDetails`]: plain strings and numbers, checked again when read.
//!
//! It is apart from the wire type, so that either can change without the other, and it reads items that lack fields
//! added later or carry fields that are gone.

use serde::{Deserialize, Serialize};

use super::details::ProfileDetails;
use super::wire::{FiltersInput, PlaceInput, ProfileInput};
use super::{Coordinates, ExperienceYears, Filters, HoursPerWeek, Place};
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
    #[serde(default, skip_serializing_if = "StoredFilters::is_empty")]
    filters: StoredFilters,
    visible: bool,
}

/// Where somebody or something is, as it is stored.
#[derive(Deserialize, Serialize)]
pub(in crate::domain) struct StoredPlace {
    city: String,
    country: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct StoredFilters {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    goals: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    languages: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    countries: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_experience_years: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_experience_years: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_distance_km: Option<u16>,
}

impl StoredFilters {
    fn is_empty(&self) -> bool {
        let Self { fields, goals, languages, countries, .. } = self;
        let lists = [fields, goals, languages, countries];
        let years = self.min_experience_years.or(self.max_experience_years);
        lists.iter().all(|list| list.is_empty()) && years.is_none() && self.max_distance_km.is_none()
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
            place: details.place.as_ref().map(StoredPlace::from),
            availability_hours_per_week: details.hours_per_week.map(HoursPerWeek::get),
            filters: details.filters.into(),
            visible: details.visible,
        }
    }
}

impl From<&Place> for StoredPlace {
    fn from(place: &Place) -> Self {
        Self {
            city: place.city().to_owned(),
            country: place.country().as_str().to_owned(),
            latitude: place.coordinates().map(Coordinates::latitude),
            longitude: place.coordinates().map(Coordinates::longitude),
        }
    }
}

impl From<Filters> for StoredFilters {
    fn from(filters: Filters) -> Self {
        Self {
            fields: filters.fields.iter().map(|field| field.as_str().to_owned()).collect(),
            goals: filters.goals.iter().map(|goal| goal.as_str().to_owned()).collect(),
            languages: filters.languages.iter().map(|language| language.as_str().to_owned()).collect(),
            countries: filters.countries.iter().map(|country| country.as_str().to_owned()).collect(),
            min_experience_years: filters.min_experience_years.map(ExperienceYears::get),
            max_experience_years: filters.max_experience_years.map(ExperienceYears::get),
            max_distance_km: filters.max_distance_km,
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
            filters: Some(FiltersInput::from(stored.filters).into()),
            visible: stored.visible.into(),
        })
    }
}

impl From<StoredPlace> for Input<PlaceInput> {
    fn from(StoredPlace { city, country, latitude, longitude }: StoredPlace) -> Self {
        let (latitude, longitude) = (latitude.map(Input::from), longitude.map(Input::from));
        PlaceInput { city: city.into(), country: country.into(), latitude, longitude }.into()
    }
}

impl From<StoredFilters> for FiltersInput {
    fn from(stored: StoredFilters) -> Self {
        Self {
            fields: stored.fields.into(),
            goals: stored.goals.into(),
            languages: stored.languages.into(),
            countries: stored.countries.into(),
            min_experience_years: stored.min_experience_years.map(|years| i64::from(years).into()),
            max_experience_years: stored.max_experience_years.map(|years| i64::from(years).into()),
            max_distance_km: stored.max_distance_km.map(|kilometres| i64::from(kilometres).into()),
        }
    }
}
