//! Where a person lives, as precisely as they want to say: a city and a country, never coordinates.

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
    country: String,
}

impl Place {
    /// Notes a complaint about the city and one about the country separately.
    pub(in crate::domain) fn take(fields: &mut Fields, input: &Input<PlaceInput>) -> Option<Self> {
        let input = fields.take("place", input.get("place"))?;
        let city = fields.read("place.city", &input.city, |text| text::line("city", text, 1..=100));
        let country = fields.read("place.country", &input.country, country);
        city.zip(country).map(|(city, country)| Self { canonical_city: fold(&city), city, country })
    }

    /// The city as the person wrote it.
    pub fn city(&self) -> &str {
        &self.city
    }

    /// The form by which two cities of one country are the same.
    pub fn canonical_city(&self) -> &str {
        &self.canonical_city
    }

    /// The ISO 3166-1 alpha-2 code, in upper case.
    pub fn country(&self) -> &str {
        &self.country
    }
}

fn country(text: &str) -> Result<String, Refusal> {
    let code = text.trim().to_ascii_uppercase();
    if is_country(&code) {
        return Ok(code);
    }
    Err("country must be an ISO 3166-1 alpha-2 code, such as DE".into())
}
