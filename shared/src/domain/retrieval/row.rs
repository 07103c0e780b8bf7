//! One person, as far as retrieval looks at them.

use kernel::{DIMENSIONS, Demands, LISTED, NOWHERE, Traits};

use super::hash;
use super::region::Region;
use super::segment::Shard;
use crate::domain::embedding::{ModelId, Vector};
use crate::domain::id::UserId;
use crate::domain::matching::Person;
use crate::domain::profile::{
    Coordinates, ExperienceYears, Filters, Goal, HoursPerWeek, Interest, Language, Place, Skill, TimeZone,
};
use crate::domain::time::Timestamp;

const MILLIS_PER_HOUR: u64 = 3_600_000;

/// What is said of somebody in a segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub user_id: UserId,
    /// The version of the profile that was read.
    pub version: u32,
    pub updated_at: Timestamp,
    pub(super) traits: Traits,
    pub(super) vector: [i8; DIMENSIONS],
}

impl Row {
    pub fn of(person: &Person) -> Self {
        let profile = &person.profile;
        let embedding = person.embedding().filter(|embedding| embedding.model == ModelId::CURRENT);
        let (vector, scale) = embedding.map_or(([0; DIMENSIONS], 0.0), |embedding| quantised(&embedding.vector));
        let traits =
            Traits { scale, awaits_vector: profile.text_hash.is_some() && embedding.is_none(), ..traits(person) };
        Self {
            user_id: profile.user_id,
            version: u32::try_from(profile.version).unwrap_or(u32::MAX),
            updated_at: profile.updated_at,
            traits,
            vector,
        }
    }

    /// Whether there is a text whose vector was not there yet.
    pub fn awaits_vector(&self) -> bool {
        self.traits.awaits_vector
    }
}

/// The segment that somebody belongs into.
impl From<&Person> for Shard {
    fn from(person: &Person) -> Self {
        let details = &person.profile.details;
        let region = details.place.as_ref().map_or(Region::None, |place| Region::of(place.country()));
        Self { field: details.field, region }
    }
}

/// All but the vector.
pub(super) fn traits(person: &Person) -> Traits {
    let profile = &person.profile;
    let details = &profile.details;
    let place = details.place.as_ref();
    let coordinates = place.and_then(Place::coordinates).map(Coordinates::steps);
    Traits {
        skills: listed(details.skills.iter().map(Skill::canonical)),
        interests: listed(details.interests.iter().map(Interest::canonical)),
        languages: languages(&details.languages),
        demands: demands(&details.filters),
        scale: 0.0,
        city: place.map_or(0, hash::city),
        joined: hours_since_epoch(profile.created_at),
        country: place.map_or(0, |place| hash::country(place.country())),
        coordinates: coordinates.map_or(NOWHERE, |(latitude, longitude)| [latitude, longitude]),
        offsets: offsets(details.time_zone),
        field: details.field as u8,
        goals: goals(&details.goals),
        experience: details.experience_years.get(),
        hours: details.hours_per_week.map_or(0, HoursPerWeek::get),
        awaits_vector: false,
    }
}

fn demands(filters: &Filters) -> Demands {
    let countries = filters.countries.iter().map(|country| hash::country_bit(hash::country(*country)));
    Demands {
        languages: languages(&filters.languages),
        countries: countries.fold(0, |bits, bit| bits | bit),
        fields: filters.fields.iter().fold(0, |bits, field| bits | 1 << field.index()),
        goals: goals(&filters.goals),
        experience: [
            filters.min_experience_years.map_or(0, ExperienceYears::get),
            filters.max_experience_years.map_or(u8::MAX, ExperienceYears::get),
        ],
        max_km: filters.max_distance_km.unwrap_or(0),
    }
}

pub(super) fn languages(languages: &[Language]) -> u64 {
    languages.iter().fold(0, |bits, language| bits | hash::language(*language))
}

pub(super) fn goals(goals: &[Goal]) -> u8 {
    goals.iter().fold(0, |bits, goal| bits | hash::goal(*goal))
}

pub(super) fn hours_since_epoch(time: Timestamp) -> u32 {
    u32::try_from(time.unix_millis() / MILLIS_PER_HOUR).unwrap_or(u32::MAX)
}

/// The first of a list, and zeros behind them.
fn listed<'t>(terms: impl Iterator<Item = &'t str>) -> [u16; LISTED] {
    let mut hashes = [0; LISTED];
    for (place, term) in hashes.iter_mut().zip(terms) {
        *place = hash::term(term);
    }
    hashes
}

fn offsets(zone: TimeZone) -> [i8; 2] {
    zone.offsets().map(|minutes| i8::try_from(minutes / hash::QUARTER).unwrap_or(0))
}

/// A vector in steps of its greatest component's 127th part, and how large such a step is.
pub fn quantised(vector: &Vector) -> ([i8; DIMENSIONS], f32) {
    let greatest = vector.parts().iter().map(|part| part.unsigned_abs()).max().unwrap_or(0).max(1);
    let step = f32::from(greatest) / 127.0;
    #[expect(clippy::cast_possible_truncation, reason = "no component is more than 127 steps")]
    let quantised = vector.parts().map(|part| (f32::from(part) / step).round() as i8);
    (quantised, step / Vector::PARTS)
}
