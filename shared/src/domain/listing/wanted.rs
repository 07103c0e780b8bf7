//! What somebody asks of one list, beside the filters of their profile.

use std::fmt;
use std::time::Duration;

use crate::domain::fields::{Fields, Refusal};
use crate::domain::profile::{Field, Language, Profile};
use crate::domain::time::Timestamp;

/// Whoever wrote their first profile at most so long ago is new here.
pub const NEW_HERE: Duration = Duration::from_hours(14 * 24);

const MAX_ENTRIES: usize = 11;
const WITHIN_KM: std::ops::RangeInclusive<u32> = 1..=20_000;

/// What a list is asked for, as it was sent; lists are separated by commas.
#[derive(Clone, Copy, Debug, Default)]
pub struct WantedInput<'i> {
    pub fields: Option<&'i str>,
    pub languages: Option<&'i str>,
    pub within_km: Option<u32>,
    pub new_here: bool,
}

/// Empty lists and missing bounds ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// One of these fields, in order.
    pub fields: Vec<Field>,
    /// At least one of these languages, in order.
    pub languages: Vec<Language>,
    /// The same city, or at most so far away from one's own place.
    pub within_km: Option<u16>,
    /// The first profile was not written before this time.
    pub joined_since: Option<Timestamp>,
}

impl Wanted {
    /// Checks every value, and notes all complaints at once. `me` says whence distances are measured.
    pub fn take(fields: &mut Fields, input: &WantedInput<'_>, me: &Profile, now: Timestamp) -> Option<Self> {
        let wanted_fields = fields.take("fields", entries("fields", input.fields, Field::parse));
        let languages = fields.take("languages", entries("languages", input.languages, Language::parse));
        let within_km = fields.take("within_km", within_km(input.within_km, me));
        // To the hour, so that a list and its next page ask for the same.
        let hour = Timestamp::from_unix_seconds(now.unix_seconds() / 3_600 * 3_600);
        let joined_since = input.new_here.then(|| Timestamp::from_unix_millis(millis_before(hour, NEW_HERE)));
        Some(Self { fields: wanted_fields?, languages: languages?, within_km: within_km?, joined_since })
    }

    /// What was asked for, whatever the hour: the same for a list and its next pages.
    #[must_use]
    pub fn at_any_hour(&self) -> Self {
        Self { joined_since: self.joined_since.map(|_| Timestamp::from_unix_seconds(1)), ..self.clone() }
    }

    /// Whether `other` is what `me` asks for.
    pub fn admits(&self, me: &Profile, other: &Profile) -> bool {
        let (own, said) = (&me.details, &other.details);
        let is_near =
            |kilometres| own.place.as_ref().zip(said.place.as_ref()).is_some_and(|(a, b)| a.is_within(b, kilometres));
        (self.fields.is_empty() || self.fields.contains(&said.field))
            && (self.languages.is_empty() || said.languages.iter().any(|language| self.languages.contains(language)))
            && self.within_km.is_none_or(is_near)
            && self.joined_since.is_none_or(|since| other.created_at >= since)
    }
}

/// For the key of a list, and for whoever may go on in it.
impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<&str> = self.fields.iter().map(|field| field.as_str()).collect();
        let languages: Vec<&str> = self.languages.iter().map(Language::as_str).collect();
        write!(f, "{} {}", fields.join(","), languages.join(","))?;
        write!(f, " {}", self.within_km.unwrap_or_default())?;
        write!(f, " {}", self.joined_since.map_or(0, Timestamp::unix_seconds))
    }
}

/// Each entry once, in order, whatever their order and number was.
fn entries<T: Ord>(
    name: &'static str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let mut entries: Vec<T> = text.split(',').take(MAX_ENTRIES + 1).map(parse).collect::<Result<_, _>>()?;
    if entries.len() > MAX_ENTRIES {
        return Err(format!("{name} must have at most {MAX_ENTRIES} entries, separated by commas").into());
    }
    entries.sort_unstable();
    entries.dedup();
    Ok(entries)
}

fn within_km(kilometres: Option<u32>, me: &Profile) -> Result<Option<u16>, Refusal> {
    let Some(kilometres) = kilometres else { return Ok(None) };
    if !WITHIN_KM.contains(&kilometres) {
        return Err(format!("within_km must be {} to {}", WITHIN_KM.start(), WITHIN_KM.end()).into());
    }
    if me.details.place.is_none() {
        return Err("within_km needs a place in your own profile".into());
    }
    Ok(u16::try_from(kilometres).ok())
}

fn millis_before(time: Timestamp, span: Duration) -> u64 {
    time.unix_millis().saturating_sub(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::id::{Id, UserId};
    use crate::domain::profile::ProfileDetails;

    const NOW: Timestamp = Timestamp::from_unix_seconds(100 * 24 * 3_600);

    fn profile(said: &Value, created_at: Timestamp) -> Profile {
        let mut body = json!({
            "name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC", "languages": ["de"],
            "place": {"city": "Leipzig", "country": "DE", "latitude": 51.34, "longitude": 12.37},
        });
        for (field, value) in said.as_object().unwrap() {
            body[field] = value.clone();
        }
        let details = ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
        Profile::new(UserId::from_parts(NOW, [1; 10]), details, created_at)
    }

    #[test]
    fn a_list_is_the_same_in_the_next_hour_though_others_are_new_by_then() {
        let (me, mut fields) = (profile(&json!({}), NOW), Fields::default());
        let mut at = |new_here, now| {
            let input = WantedInput { new_here, ..WantedInput::default() };
            Wanted::take(&mut fields, &input, &me, now).unwrap()
        };
        let (now, later) = (at(true, NOW), at(true, NOW + Duration::from_hours(1)));
        assert_ne!(now.to_string(), later.to_string(), "it is kept under another key");
        assert_eq!(now.at_any_hour(), later.at_any_hour());
        // Left out, it asks for something else.
        assert_ne!(now.at_any_hour().to_string(), at(false, NOW).at_any_hour().to_string());
    }

    fn take(input: &WantedInput<'_>, me: &Profile) -> Result<Wanted, Vec<String>> {
        let mut fields = Fields::default();
        let wanted = Wanted::take(&mut fields, input, me, NOW);
        fields.accept(wanted).map_err(|error| error.fields().iter().map(|field| field.field.to_string()).collect())
    }

    #[test]
    fn what_is_asked_for_is_found_and_nothing_else() {
        let me = profile(&json!({}), NOW);
        let berlin = json!({"place": {"city": "Berlin", "country": "DE", "latitude": 52.52, "longitude": 13.4}});
        let long_ago = Timestamp::from_unix_seconds(10 * 24 * 3_600);
        let none = WantedInput::default();
        let cases = [
            (WantedInput { fields: Some("data,design"), ..none }, profile(&json!({"field": "data"}), NOW), true),
            (WantedInput { fields: Some("data"), ..none }, profile(&json!({}), NOW), false),
            (WantedInput { languages: Some("EN,de"), ..none }, profile(&json!({}), NOW), true),
            (WantedInput { languages: Some("fi"), ..none }, profile(&json!({}), NOW), false),
            (WantedInput { within_km: Some(200), ..none }, profile(&berlin, NOW), true),
            (WantedInput { within_km: Some(100), ..none }, profile(&berlin, NOW), false),
            (WantedInput { within_km: Some(100), ..none }, profile(&json!({"place": null}), NOW), false),
            (WantedInput { new_here: true, ..none }, profile(&json!({}), NOW), true),
            (WantedInput { new_here: true, ..none }, profile(&json!({}), long_ago), false),
            (none, profile(&json!({}), long_ago), true),
        ];
        for (input, other, admitted) in cases {
            assert_eq!(take(&input, &me).unwrap().admits(&me, &other), admitted, "{input:?}");
        }
    }

    #[test]
    fn every_parameter_that_breaks_a_rule_is_named() {
        let nowhere = profile(&json!({"place": null}), NOW);
        let input = WantedInput { fields: Some("magic"), languages: Some(""), within_km: Some(5), new_here: false };
        assert_eq!(take(&input, &nowhere).unwrap_err(), ["fields", "languages", "within_km"]);
        for kilometres in [0, 20_001, u32::MAX] {
            let input = WantedInput { within_km: Some(kilometres), ..WantedInput::default() };
            assert_eq!(take(&input, &profile(&json!({}), NOW)).unwrap_err(), ["within_km"]);
        }
        let many = ["en"; 12].join(",");
        let input = WantedInput { languages: Some(&many), ..WantedInput::default() };
        assert_eq!(take(&input, &nowhere).unwrap_err(), ["languages"]);
    }

    #[test]
    fn the_order_in_which_something_is_asked_for_does_not_matter() {
        let me = profile(&json!({}), NOW);
        let take = |fields| take(&WantedInput { fields: Some(fields), ..WantedInput::default() }, &me).unwrap();
        assert_eq!(take("design,data,design"), take("data,design"));
    }
}
