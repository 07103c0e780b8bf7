//! Who asks, prepared for a scan.

use kernel::{Filter, Near, Tables};

use super::hash;
use super::row::{goals, hours_since_epoch, languages, traits};
use crate::domain::listing::Wanted;
use crate::domain::matching::{Model, Person, tables};
use crate::domain::profile::{Country, ExperienceYears, Filters};

/// Tables of what the engine would say of anybody, and whom to leave out. It is made for one search: a millisecond.
#[derive(Clone, Debug)]
pub struct Sketch(pub(super) Tables);

impl Sketch {
    pub fn new(me: &Person, model: &Model, wanted: &Wanted) -> Self {
        let own = traits(me);
        let mut tables = tables(me, model, &own);
        let near = |km: u16| Near { city: own.city, coordinates: own.coordinates, km: f32::from(km) };
        tables
            .filters
            .extend([asked_for(wanted, near), own_filters(&me.profile.details.filters, near)].into_iter().flatten());
        Self(tables)
    }
}

/// What the list is asked for, if that is anything.
fn asked_for(wanted: &Wanted, near: impl Fn(u16) -> Near) -> Option<Filter> {
    let filter = Filter {
        fields: wanted.fields.iter().fold(0, |bits, field| bits | 1 << field.index()),
        languages: languages(&wanted.languages),
        joined_since: wanted.joined_since.map_or(0, hours_since_epoch),
        near: wanted.within_km.map(near),
        ..Filter::ANYBODY
    };
    (*wanted != Wanted::default()).then_some(filter)
}

fn own_filters(filters: &Filters, near: impl Fn(u16) -> Near) -> Option<Filter> {
    let filter = Filter {
        fields: filters.fields.iter().fold(0, |bits, field| bits | 1 << field.index()),
        languages: languages(&filters.languages),
        goals: goals(&filters.goals),
        experience: [
            filters.min_experience_years.map_or(0, ExperienceYears::get),
            filters.max_experience_years.map_or(u8::MAX, ExperienceYears::get),
        ],
        joined_since: 0,
        countries: countries(&filters.countries),
        near: filters.max_distance_km.map(near),
    };
    (*filters != Filters::default()).then_some(filter)
}

/// A bit for each country.
fn countries(countries: &[Country]) -> Vec<u64> {
    let mut bits = Vec::new();
    for country in countries.iter().map(|country| hash::country(*country)) {
        let at = usize::from(country / 64);
        bits.resize(bits.len().max(at + 1), 0);
        bits[at] |= 1 << (country % 64);
    }
    bits
}
