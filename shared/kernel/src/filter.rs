//! Hard filters, both ways: whom the asker wants, and who wants the asker.

use crate::traits::{NOWHERE, Traits};

const EARTH_RADIUS_KM: f32 = 6_371.0;
/// Single precision may be off by a little; whoever is found is measured again with more.
const SLACK_KM: f32 = 0.5;

/// What a candidate must be. A set that is empty takes anybody.
#[derive(Clone, Debug)]
pub struct Filter {
    pub fields: u16,
    pub languages: u64,
    pub goals: u8,
    pub experience: [u8; 2],
    /// Hours since 1970.
    pub joined_since: u32,
    /// A bit for each country by its number; empty if any will do.
    pub countries: Vec<u64>,
    pub near: Option<Near>,
}

/// The same city, or somewhere around a place.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// Zero if there is none.
    pub city: u32,
    /// Latitude and longitude in tenths of a degree.
    pub coordinates: [i16; 2],
    pub km: f32,
}

/// What candidates may demand of who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub languages: u64,
    /// The bit of the country; zero if there is none.
    pub country: u64,
    pub city: u32,
    pub coordinates: [i16; 2],
    /// The bit of the field.
    pub field: u16,
    pub goals: u8,
    pub experience: u8,
}

impl Filter {
    pub const ANYBODY: Self = Self {
        fields: 0,
        languages: 0,
        goals: 0,
        experience: [0, u8::MAX],
        joined_since: 0,
        countries: Vec::new(),
        near: None,
    };

    #[inline(always)]
    pub(crate) fn takes(&self, traits: &Traits) -> bool {
        (self.fields == 0 || self.fields >> traits.field & 1 == 1)
            && (self.languages == 0 || self.languages & traits.languages != 0)
            && (self.goals == 0 || self.goals & traits.goals != 0)
            && (self.experience[0]..=self.experience[1]).contains(&traits.experience)
            && self.joined_since <= traits.joined
            && self.takes_country(traits.country)
            && self.near.is_none_or(|near| near.takes(traits.city, traits.coordinates))
    }

    #[inline(always)]
    fn takes_country(&self, country: u16) -> bool {
        let bits = self.countries.get(usize::from(country / 64));
        self.countries.is_empty() || bits.is_some_and(|bits| bits >> (country % 64) & 1 == 1)
    }
}

impl Near {
    #[inline(always)]
    fn takes(&self, city: u32, coordinates: [i16; 2]) -> bool {
        let is_known = self.coordinates != NOWHERE && coordinates != NOWHERE;
        self.city != 0 && self.city == city
            || is_known && distance_km(self.coordinates, coordinates) <= self.km + SLACK_KM
    }
}

impl Asker {
    #[inline(always)]
    pub(crate) fn suits(&self, traits: &Traits) -> bool {
        let demands = &traits.demands;
        let around = Near { city: traits.city, coordinates: traits.coordinates, km: f32::from(demands.max_km) };
        (demands.fields == 0 || demands.fields & self.field != 0)
            && (demands.languages == 0 || demands.languages & self.languages != 0)
            && (demands.countries == 0 || demands.countries & self.country != 0)
            && (demands.goals == 0 || demands.goals & self.goals != 0)
            && (demands.experience[0]..=demands.experience[1]).contains(&self.experience)
            && (demands.max_km == 0 || around.takes(self.city, self.coordinates))
    }
}

/// Along the surface, between two places in tenths of a degree.
fn distance_km(a: [i16; 2], b: [i16; 2]) -> f32 {
    let [[a_latitude, a_longitude], [b_latitude, b_longitude]] =
        [a, b].map(|place| place.map(|tenths| (f32::from(tenths) / 10.0).to_radians()));
    let half = |angle: f32| (angle / 2.0).sin().powi(2);
    let haversine =
        half(b_latitude - a_latitude) + a_latitude.cos() * b_latitude.cos() * half(b_longitude - a_longitude);
    2.0 * EARTH_RADIUS_KM * haversine.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_a_globe() {
        let (leipzig, berlin, sydney) = ([513, 124], [525, 134], [-339, 1_512]);
        assert!((distance_km(leipzig, berlin) - 150.0).abs() < 10.0, "{}", distance_km(leipzig, berlin));
        assert!((distance_km(berlin, sydney) - 16_090.0).abs() < 100.0, "{}", distance_km(berlin, sydney));
        assert!(distance_km([0, 1_795], [0, -1_795]) < 112.0, "across the date line");
        assert!(distance_km(leipzig, leipzig) < 0.1);
    }
}
