//! Everything a person says about themselves, every value checked.

use serde::{Deserialize, Serialize};

use super::stored::StoredDetails;
use super::wire::ProfileInput;
use super::{
    Bio, ExperienceYears, Field, Filters, Goal, Headline, HoursPerWeek, Interest, Language, Name, Place, Skill,
    TimeZone, list,
};
use crate::domain::fields::{Fields, Refusal};
use crate::error::Result;

const MAX_SKILLS: usize = 50;
const MAX_INTERESTS: usize = 30;
const MAX_GOALS: usize = 5;
const MAX_LANGUAGES: usize = 10;

/// The checked content of a profile. It has no identity, version or times: those are not the client's to decide.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "StoredDetails", into = "StoredDetails")]
pub struct ProfileDetails {
    pub name: Name,
    pub headline: Option<Headline>,
    pub bio: Option<Bio>,
    pub field: Field,
    pub experience_years: ExperienceYears,
    pub skills: Vec<Skill>,
    pub interests: Vec<Interest>,
    pub goals: Vec<Goal>,
    pub languages: Vec<Language>,
    pub time_zone: TimeZone,
    pub place: Option<Place>,
    pub hours_per_week: Option<HoursPerWeek>,
    /// Private: whom the person wants to meet.
    pub filters: Filters,
    pub visible: bool,
}

impl ProfileDetails {
    /// Checks every value; the error names all offending fields at once, list entries by paths such as `skills[3]`.
    pub fn parse(input: &ProfileInput) -> Result<Self> {
        let mut fields = Fields::default();
        let details = take(&mut fields, input);
        fields.accept(details)
    }

    /// How much of the profile is filled in, 0 to 100.
    ///
    /// The required fields alone are worth 10. A headline adds 10, a bio 10 and 10 more from 100 characters on, one
    /// skill 10 and three 10 more, interests, goals and languages 10 each, a place and the hours a week 5 each.
    pub fn completeness(&self) -> u8 {
        let bio_length = self.bio.as_ref().map_or(0, |bio| bio.as_str().chars().take(100).count());
        [
            (true, 10),
            (self.headline.is_some(), 10),
            (bio_length > 0, 10),
            (bio_length == 100, 10),
            (!self.skills.is_empty(), 10),
            (self.skills.len() >= 3, 10),
            (!self.interests.is_empty(), 10),
            (!self.goals.is_empty(), 10),
            (!self.languages.is_empty(), 10),
            (self.place.is_some(), 5),
            (self.hours_per_week.is_some(), 5),
        ]
        .into_iter()
        .filter_map(|(filled, worth)| filled.then_some(worth))
        .sum()
    }
}

/// Checks all values before it gives up on any, so that `fields` holds every complaint.
fn take(fields: &mut Fields, input: &ProfileInput) -> Option<ProfileDetails> {
    let name = fields.read("name", &input.name, Name::parse);
    let headline =
        fields.read_optional("headline", input.headline.as_ref(), |text| unless_blank(text, Headline::parse));
    let bio = fields.read_optional("bio", input.bio.as_ref(), |text| unless_blank(text, Bio::parse));
    let field = fields.read("field", &input.field, Field::parse);
    let experience_years =
        fields.read("experience_years", &input.experience_years, |years: &i64| ExperienceYears::parse(*years));
    let skills = list::take(fields, "skills", &input.skills, MAX_SKILLS, Skill::parse, Skill::canonical);
    let interests =
        list::take(fields, "interests", &input.interests, MAX_INTERESTS, Interest::parse, Interest::canonical);
    let goals = list::take(fields, "goals", &input.goals, MAX_GOALS, Goal::parse, |goal| goal);
    let languages = list::take(fields, "languages", &input.languages, MAX_LANGUAGES, Language::parse, |tag| tag);
    let time_zone = fields.read("time_zone", &input.time_zone, TimeZone::parse);
    let place = input.place.as_ref().map_or(Some(None), |place| Place::take(fields, place).map(Some));
    let hours = input.availability_hours_per_week.as_ref();
    let hours_per_week =
        fields.read_optional("availability_hours_per_week", hours, |hours: &i64| HoursPerWeek::parse(*hours));
    let filters = input.filters.as_ref().map_or(Some(Filters::default()), |filters| Filters::take(fields, filters));
    let visible = fields.copy("visible", &input.visible);
    Some(ProfileDetails {
        name: name?,
        headline: headline?.flatten(),
        bio: bio?.flatten(),
        field: field?,
        experience_years: experience_years?,
        skills: skills?,
        interests: interests?,
        goals: goals?,
        languages: languages?,
        time_zone: time_zone?,
        place: place?,
        hours_per_week: hours_per_week?,
        filters: filters?,
        visible: visible?,
    })
}

/// A blank text is the same as none.
pub(in crate::domain) fn unless_blank<T>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<Option<T>, Refusal> {
    Some(text).filter(|text| !text.trim().is_empty()).map(parse).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parse(body: Value) -> Result<ProfileDetails> {
        ProfileDetails::parse(&serde_json::from_value(body).unwrap())
    }

    fn bare() -> Value {
        json!({"name": "Ada", "field": "technology", "experience_years": 7, "time_zone": "Europe/Berlin"})
    }

    fn full() -> Value {
        json!({
            "name": "Ada", "headline": "Compilers", "bio": "Rust. ".repeat(20), "field": "technology",
            "experience_years": 7, "skills": ["Rust", "JS", "SQL"], "interests": ["Chess"], "goals": ["collaborate"],
            "languages": ["en", "de"], "time_zone": "Europe/Berlin",
            "place": {"city": "Leipzig", "country": "de", "latitude": 51.34, "longitude": 12.37},
            "availability_hours_per_week": 10, "visible": false,
            "filters": {
                "fields": ["design"], "goals": ["learn"], "languages": ["de"], "countries": ["DE"],
                "min_experience_years": 1, "max_experience_years": 9, "max_distance_km": 50,
            },
        })
    }

    #[test]
    fn every_offending_field_is_named_at_once() {
        let mut body = full();
        body["name"] = json!("A");
        body["field"] = json!("magic");
        body["experience_years"] = json!(-1);
        body["skills"] = json!(["Rust", "", "SQL", "x".repeat(51)]);
        body["goals"] = json!(["conquer"]);
        body["place"] = json!({"city": "", "country": "XX", "latitude": 91, "longitude": 5});
        body["time_zone"] = json!("Mars/Olympus");
        let error = parse(body).unwrap_err();
        let named: Vec<_> = error.fields().iter().map(|field| field.field.as_ref()).collect();
        assert_eq!(
            named,
            [
                "name",
                "field",
                "experience_years",
                "skills[1]",
                "skills[3]",
                "goals[0]",
                "time_zone",
                "place.city",
                "place.country",
                "place.latitude"
            ]
        );
    }

    #[test]
    fn repetitions_are_dropped_in_order_and_only_then_counted() {
        let mut body = bare();
        body["skills"] = json!(["JS", "Rust", "JavaScript", "rust"]);
        let details = parse(body.clone()).unwrap();
        assert_eq!(details.skills.iter().map(Skill::as_str).collect::<Vec<_>>(), ["JS", "Rust"]);
        for (number, accepted) in [(50, true), (51, false), (1_000, false)] {
            body["skills"] = (0..number).map(|n| format!("skill {n}")).collect();
            assert_eq!(parse(body.clone()).is_ok(), accepted, "{number}");
        }
        body["skills"] = (0..60).map(|n| format!("skill {}", n % 40)).collect();
        assert_eq!(parse(body).unwrap().skills.len(), 40);
    }

    #[test]
    fn unknown_fields_cannot_even_be_read() {
        let mut body = bare();
        body["roles"] = json!(["admin"]);
        assert!(serde_json::from_value::<ProfileInput>(body).is_err());
    }

    #[test]
    fn a_stored_profile_reads_back_and_is_checked_again() {
        for body in [bare(), full()] {
            let details = parse(body).unwrap();
            let mut stored = serde_json::to_value(&details).unwrap();
            assert_eq!(serde_json::from_value::<ProfileDetails>(stored.clone()).unwrap(), details);
            stored["added_later"] = json!(1);
            assert_eq!(serde_json::from_value::<ProfileDetails>(stored.clone()).unwrap(), details);
            stored["experience_years"] = json!(61);
            assert!(serde_json::from_value::<ProfileDetails>(stored).is_err());
        }
    }

    #[test]
    fn completeness_grows_from_ten_to_a_hundred() {
        assert_eq!(parse(bare()).unwrap().completeness(), 10);
        assert_eq!(parse(full()).unwrap().completeness(), 100);
        let mut body = bare();
        body["bio"] = json!("short");
        body["headline"] = json!("   ");
        body["skills"] = json!(["Rust"]);
        assert_eq!(parse(body).unwrap().completeness(), 30);
    }
}
