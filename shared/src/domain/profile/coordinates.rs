//! Where on Earth a place is, only as precisely as distances between cities need.

use crate::domain::fields::Refusal;

/// A tenth of a degree is at most eleven kilometres: enough to tell who is near, too little to find a door.
const STEPS_PER_DEGREE: f64 = 10.0;

/// The mean radius, in kilometres.
const EARTH_RADIUS: f64 = 6_371.0;

/// A point of a grid with steps of a tenth of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Coordinates {
    latitude: i16,
    longitude: i16,
}

impl Coordinates {
    /// From steps of the grid.
    pub(super) fn on_grid(latitude: i16, longitude: i16) -> Self {
        Self { latitude, longitude }
    }

    /// In degrees, -90 to 90.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude) / STEPS_PER_DEGREE
    }

    /// In degrees, -180 to 180.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude) / STEPS_PER_DEGREE
    }

    /// In tenths of a degree, for compact tables.
    pub fn steps(self) -> (i16, i16) {
        (self.latitude, self.longitude)
    }

    /// The great-circle distance in kilometres (haversine), good to the width of the grid.
    pub fn distance_km(self, other: Self) -> f64 {
        let [from, to] = [self, other].map(|point| (point.latitude().to_radians(), point.longitude().to_radians()));
        let (latitudes, longitudes) = ((to.0 - from.0) / 2.0, (to.1 - from.1) / 2.0);
        let chord = latitudes.sin().powi(2) + from.0.cos() * to.0.cos() * longitudes.sin().powi(2);
        2.0 * EARTH_RADIUS * chord.sqrt().min(1.0).asin()
    }
}

/// The step of the grid that is nearest to a number of degrees between `-bound` and `bound`.
pub(super) fn step(field: &'static str, degrees: f64, bound: i16) -> Result<i16, Refusal> {
    let refusal = || format!("{field} must be -{bound} to {bound}").into();
    if !(f64::from(-bound)..=f64::from(bound)).contains(&degrees) {
        return Err(refusal());
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 1,800 steps")]
    let step = (degrees * STEPS_PER_DEGREE).round() as i16;
    Ok(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(latitude: f64, longitude: f64) -> Coordinates {
        Coordinates::on_grid(step("latitude", latitude, 90).unwrap(), step("longitude", longitude, 180).unwrap())
    }

    #[test]
    fn distances_between_cities_are_those_of_an_atlas() {
        let (leipzig, berlin, sydney) = (at(51.34, 12.37), at(52.52, 13.40), at(-33.87, 151.21));
        assert!((leipzig.distance_km(berlin) - 149.0).abs() < 12.0, "{}", leipzig.distance_km(berlin));
        assert!((berlin.distance_km(sydney) - 16_090.0).abs() < 40.0, "{}", berlin.distance_km(sydney));
        assert!(at(0.0, 180.0).distance_km(at(0.0, -180.0)) < 1.0, "the date line is no border");
    }

    #[test]
    fn what_is_no_degree_is_refused() {
        for degrees in [90.1, -90.1, f64::NAN, f64::INFINITY] {
            assert_eq!(step("latitude", degrees, 90).unwrap_err(), "latitude must be -90 to 90");
        }
    }

    proptest! {
        #[test]
        fn a_distance_is_symmetric_and_at_most_half_the_globe(
            a in (-90.0..=90.0_f64, -180.0..=180.0_f64), b in (-90.0..=90.0_f64, -180.0..=180.0_f64),
        ) {
            let (a, b) = (at(a.0, a.1), at(b.0, b.1));
            prop_assert!((0.0..20_020.0).contains(&a.distance_km(b)));
            prop_assert!((a.distance_km(b) - b.distance_km(a)).abs() < 1e-6);
            prop_assert!(a.distance_km(a) < 1e-6);
        }
    }
}
