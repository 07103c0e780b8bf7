//! Whom a person wants to meet. What one asks of others, others ask of one: people are shown to each other only if both
//! have what the other one asks for.
//!
//! Filters are private. Nobody else is shown them, nor told that one of them keeps them out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::FiltersInput;
use super::{Country, ExperienceYears, Field, Goal, Language, ProfileDetails, list};
use crate::domain::fields::{Fields, Refusal};
use crate::domain::input::Input;

const MAX_LANGUAGES: usize = 10;
const MAX_COUNTRIES: usize = 30;
const DISTANCE_KM: std::ops::RangeInclusive<i64> = 1..=20_000;

/// An empty list and a missing bound ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// The other one's field is one of these.
    pub fields: Vec<Field>,
    /// The other one has one of these goals.
    pub goals: Vec<Goal>,
    /// The other one speaks one of these.
    pub languages: Vec<Language>,
    /// The other one lives in one of these.
    pub countries: Vec<Country>,
    pub min_experience_years: Option<ExperienceYears>,
    pub max_experience_years: Option<ExperienceYears>,
    /// The other one lives in the same city, or at most so far away.
    pub max_distance_km: Option<u16>,
}

/// What one filter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FilterName {
    Fields,
    Goals,
    Languages,
    Countries,
    ExperienceYears,
    DistanceKm,
}

impl Filters {
    /// Notes a complaint about every filter that breaks a rule.
    pub(super) fn take(fields: &mut Fields, input: &Input<FiltersInput>) -> Option<Self> {
        let input = fields.take("filters", input.get("filters"))?;
        let wanted = list::take(fields, "filters.fields", &input.fields, Field::ALL.len(), Field::parse, |field| field);
        let goals = list::take(fields, "filters.goals", &input.goals, Goal::ALL.len(), Goal::parse, |goal| goal);
        let languages =
            list::take(fields, "filters.languages", &input.languages, MAX_LANGUAGES, Language::parse, |tag| tag);
        let countries =
            list::take(fields, "filters.countries", &input.countries, MAX_COUNTRIES, Country::parse, |code| code);
        let years = |years: &i64| ExperienceYears::parse(*years);
        let min = fields.read_optional("filters.min_experience_years", input.min_experience_years.as_ref(), years);
        let max = fields.read_optional("filters.max_experience_years", input.max_experience_years.as_ref(), years);
        let distance =
            fields.read_optional("filters.max_distance_km", input.max_distance_km.as_ref(), |kilometres: &i64| {
                distance_km(*kilometres)
            });
        let (min, max) = (min?, max?);
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            let refusal = "max_experience_years must not be below min_experience_years";
            return fields.take("filters.max_experience_years", Err(refusal.into()));
        }
        Some(Self {
            fields: wanted?,
            goals: goals?,
            languages: languages?,
            countries: countries?,
            min_experience_years: min,
            max_experience_years: max,
            max_distance_km: distance?,
        })
    }

    /// The filters that `other` does not pass. `own` is whoever asks: distances are measured from there.
    pub fn refusing<'f>(
        &'f self,
        own: &'f ProfileDetails,
        other: &'f ProfileDetails,
    ) -> impl Iterator<Item = FilterName> + 'f {
        let country = other.place.as_ref().map(super::Place::country);
        let years = other.experience_years;
        let passes = [
            (FilterName::Fields, self.fields.is_empty() || self.fields.contains(&other.field)),
            (FilterName::Goals, meets(&self.goals, &other.goals)),
            (FilterName::Languages, meets(&self.languages, &other.languages)),
            (FilterName::Countries, meets(&self.countries, country.as_slice())),
            (
                FilterName::ExperienceYears,
                self.min_experience_years.is_none_or(|min| years >= min)
                    && self.max_experience_years.is_none_or(|max| years <= max),
            ),
            (FilterName::DistanceKm, self.max_distance_km.is_none_or(|kilometres| is_within(own, other, kilometres))),
        ];
        passes.into_iter().filter_map(|(name, passes)| (!passes).then_some(name))
    }

    /// Whether `other` has all that is asked for.
    pub fn admit(&self, own: &ProfileDetails, other: &ProfileDetails) -> bool {
        self.refusing(own, other).next().is_none()
    }
}

/// Whether each of two people has what the other one asks for.
pub fn suit_each_other(a: &ProfileDetails, b: &ProfileDetails) -> bool {
    a.filters.admit(a, b) && b.filters.admit(b, a)
}

fn meets<T: PartialEq>(wanted: &[T], said: &[T]) -> bool {
    wanted.is_empty() || said.iter().any(|entry| wanted.contains(entry))
}

fn is_within(a: &ProfileDetails, b: &ProfileDetails, kilometres: u16) -> bool {
    a.place.as_ref().zip(b.place.as_ref()).is_some_and(|(a, b)| a.is_within(b, kilometres))
}

/// A distance that a filter may ask for.
fn distance_km(kilometres: i64) -> Result<u16, Refusal> {
    let allowed = Some(kilometres).filter(|kilometres| DISTANCE_KM.contains(kilometres));
    let refusal = || format!("max_distance_km must be {} to {}", DISTANCE_KM.start(), DISTANCE_KM.end()).into();
    allowed.and_then(|kilometres| u16::try_from(kilometres).ok()).ok_or_else(refusal)
}

#[cfg(test)]
#[path = "filters_tests.rs"]
mod tests;
