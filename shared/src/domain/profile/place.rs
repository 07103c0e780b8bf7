//! Where a person lives, as precisely as they want to say: a city and a country, and if they like, about where that is.

use super::coordinates::{Coordinates, step};
use super::country::is_country;
use super::term::fold;
use super::wire::PlaceInput;
use crate::domain::fields::{Fields, Refusal};
use crate::domain::input::Input;
use crate::domain::text;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    city: String,
    canonical_city: String,
    country: Country,
    coordinates: Option<Coordinates>,
}

/// An assigned ISO 3166-1 alpha-2 code, in upper case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let code = text.trim().to_ascii_uppercase();
        match *code.as_bytes() {
            [first, second] if is_country(&code) => Ok(Self([first, second])),
            _ => Err("country must be an ISO 3166-1 alpha-2 code, such as DE".into()),
        }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Place {
    /// Notes a complaint about each part separately.
    pub(in crate::domain) fn take(fields: &mut Fields, input: &Input<PlaceInput>) -> Option<Self> {
        let input = fields.take("place", input.get("place"))?;
        let city = fields.read("place.city", &input.city, |text| text::line("city", text, 1..=100));
        let country = fields.read("place.country", &input.country, Country::parse);
        let coordinates = take_coordinates(fields, input);
        let (city, country) = city.zip(country)?;
        Some(Self { canonical_city: fold(&city), city, country, coordinates: coordinates? })
    }

    /// The city as the person wrote it.
    pub fn city(&self) -> &str {
        &self.city
    }

    /// The form by which two cities of one country are the same.
    pub fn canonical_city(&self) -> &str {
        &self.canonical_city
    }

    pub fn country(&self) -> Country {
        self.country
    }

    /// About where the place is, if the person said so. Nobody else is shown it.
    pub fn coordinates(&self) -> Option<Coordinates> {
        self.coordinates
    }

    /// Whether two places are one city, or at most so many kilometres apart. A place without coordinates is as far as can
    /// be from every other city.
    pub fn is_within(&self, other: &Self, kilometres: u16) -> bool {
        let is_same_city = (self.country, &self.canonical_city) == (other.country, &other.canonical_city);
        let distance = self.coordinates.zip(other.coordinates).map(|(a, b)| a.distance_km(b));
        is_same_city || distance.is_some_and(|distance| distance <= f64::from(kilometres))
    }
}

/// Both or neither; nothing if there is a complaint.
#[expect(clippy::option_option, reason = "what may be left out can be refused all the same")]
fn take_coordinates(fields: &mut Fields, input: &PlaceInput) -> Option<Option<Coordinates>> {
    let latitude =
        fields.read_optional("place.latitude", input.latitude.as_ref(), |degrees: &f64| step("latitude", *degrees, 90));
    let longitude = fields
        .read_optional("place.longitude", input.longitude.as_ref(), |degrees: &f64| step("longitude", *degrees, 180));
    match (latitude?, longitude?) {
        (Some(latitude), Some(longitude)) => Some(Some(Coordinates::on_grid(latitude, longitude))),
        (None, None) => Some(None),
        (None, Some(_)) => fields.take("place.latitude", Err("latitude must stand beside longitude".into())),
        (Some(_), None) => fields.take("place.longitude", Err("longitude must stand beside latitude".into())),
    }
}
