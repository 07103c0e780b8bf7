//! Profiles as they are shown.

use serde::Serialize;
use shared::domain::id::UserId;
use shared::domain::profile::{Coordinates, ExperienceYears, Field, Filters, Goal, HoursPerWeek, Place, Profile};
use shared::domain::time::Timestamp;
use utoipa::ToSchema;

use crate::photo_view::PhotoView;

/// What everybody may see of a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicProfile {
    user_id: UserId,
    #[schema(example = "Ada Lovelace")]
    name: String,
    headline: Option<String>,
    bio: Option<String>,
    field: Field,
    experience_years: u8,
    skills: Vec<String>,
    interests: Vec<String>,
    goals: Vec<Goal>,
    languages: Vec<String>,
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    place: Option<PlaceView>,
    availability_hours_per_week: Option<u8>,
}

/// What a person is shown of another one.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShownProfile {
    #[serde(flatten)]
    pub(crate) profile: PublicProfile,
    /// Those that are ready, in their owner's order.
    pub(crate) photos: Vec<PhotoView>,
}

#[derive(Serialize, ToSchema)]
struct PlaceView {
    #[schema(example = "Leipzig")]
    city: String,
    #[schema(example = "DE")]
    country: String,
}

#[derive(Serialize, ToSchema)]
struct FiltersView {
    fields: Vec<Field>,
    goals: Vec<Goal>,
    languages: Vec<String>,
    countries: Vec<String>,
    min_experience_years: Option<u8>,
    max_experience_years: Option<u8>,
    max_distance_km: Option<u16>,
}

#[derive(Serialize, ToSchema)]
struct CoordinatesView {
    #[schema(example = 51.3)]
    latitude: f64,
    #[schema(example = 12.4)]
    longitude: f64,
}

/// One's own profile: what others see, and what only oneself needs to know.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnProfile {
    #[serde(flatten)]
    public: PublicProfile,
    /// Whom one wants to meet.
    filters: FiltersView,
    /// About where one's place is, in degrees, as it is kept.
    coordinates: Option<CoordinatesView>,
    /// Whether others can find the profile.
    visible: bool,
    /// Grows by one with every edit.
    version: u64,
    /// How much of the profile is filled in, in percent.
    #[schema(minimum = 0, maximum = 100)]
    completeness: u8,
    /// Those of the skills that the skill matrix does not know: they are kept, and count where both people have them.
    unknown_skills: Vec<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Profile> for PublicProfile {
    fn from(profile: &Profile) -> Self {
        let details = &profile.details;
        Self {
            user_id: profile.user_id,
            name: details.name.as_str().to_owned(),
            headline: details.headline.as_ref().map(|headline| headline.as_str().to_owned()),
            bio: details.bio.as_ref().map(|bio| bio.as_str().to_owned()),
            field: details.field,
            experience_years: details.experience_years.get(),
            skills: details.skills.iter().map(|skill| skill.as_str().to_owned()).collect(),
            interests: details.interests.iter().map(|interest| interest.as_str().to_owned()).collect(),
            goals: details.goals.clone(),
            languages: details.languages.iter().map(|language| language.as_str().to_owned()).collect(),
            time_zone: details.time_zone.as_str().to_owned(),
            place: details.place.as_ref().map(PlaceView::from),
            availability_hours_per_week: details.hours_per_week.map(HoursPerWeek::get),
        }
    }
}

impl From<&Place> for PlaceView {
    fn from(place: &Place) -> Self {
        Self { city: place.city().to_owned(), country: place.country().as_str().to_owned() }
    }
}

impl From<&Filters> for FiltersView {
    fn from(filters: &Filters) -> Self {
        Self {
            fields: filters.fields.clone(),
            goals: filters.goals.clone(),
            languages: filters.languages.iter().map(|language| language.as_str().to_owned()).collect(),
            countries: filters.countries.iter().map(|country| country.as_str().to_owned()).collect(),
            min_experience_years: filters.min_experience_years.map(ExperienceYears::get),
            max_experience_years: filters.max_experience_years.map(ExperienceYears::get),
            max_distance_km: filters.max_distance_km,
        }
    }
}

impl From<Coordinates> for CoordinatesView {
    fn from(coordinates: Coordinates) -> Self {
        Self { latitude: coordinates.latitude(), longitude: coordinates.longitude() }
    }
}

impl OwnProfile {
    pub(crate) fn new(profile: &Profile, unknown_skills: Vec<String>) -> Self {
        Self {
            public: profile.into(),
            filters: FiltersView::from(&profile.details.filters),
            coordinates: profile.details.place.as_ref().and_then(Place::coordinates).map(CoordinatesView::from),
            visible: profile.details.visible,
            version: profile.version,
            completeness: profile.completeness(),
            unknown_skills,
            created_at: profile.created_at,
            updated_at: profile.updated_at,
        }
    }
}
