//! Place: the same city, or at least the same country, makes meeting possible.

use super::super::features::Features;
use super::super::reason::{Notes, ReasonCode};
use super::ascending;

pub(in super::super) const SAME_COUNTRY: f64 = 0.5;

pub(super) fn measure(a: &Features<'_>, b: &Features<'_>, notes: &mut Notes) -> Option<f64> {
    let (a, b) = a.place.zip(b.place)?;
    if a.country() != b.country() {
        notes.explain(|explanation| {
            let (first, second) = ascending(a.country(), b.country());
            let (first, second) = (first.as_str(), second.as_str());
            let text = format!("Different countries: {first} and {second}");
            explanation.counter(ReasonCode::PlaceDistant, text, vec![first.to_owned(), second.to_owned()]);
        });
        return Some(0.0);
    }
    if a.canonical_city() != b.canonical_city() {
        notes.explain(|explanation| {
            let country = a.country().as_str().to_owned();
            let text = format!("Both live in the same country: {country}");
            explanation.reason(ReasonCode::PlaceSameCountry, text, vec![country]);
        });
        return Some(SAME_COUNTRY);
    }
    notes.explain(|explanation| {
        let city = a.city().min(b.city()).to_owned();
        explanation.reason(ReasonCode::PlaceSameCity, format!("Both live in {city}"), vec![city]);
    });
    Some(1.0)
}
