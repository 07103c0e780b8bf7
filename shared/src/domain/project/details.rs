//! Everything a project says, every value checked.

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

use super::stored::StoredDetails;
use super::wire::ProjectInput;
use super::{Audience, Description, Joining, Stage, Summary, Title, WorkMode};
use crate::domain::fields::{Fields, Refusal};
use crate::domain::hex;
use crate::domain::profile::number::numbers;
use crate::domain::profile::{ExperienceYears, Field, Goal, Language, Place, Skill, TimeZone, list, unless_blank};
use crate::error::{Error, Result};

const MAX_SKILLS: usize = 30;
const MAX_GOALS: usize = 5;
const MAX_LANGUAGES: usize = 10;

numbers! {
    /// Hours a week that a member should give.
    NeededHours = "hours_per_week", 1..=80;
    /// How many people a project wants to be.
    TeamSize = "team_size", 2..=200;
}

/// The checked content of a project. It has no identity, owners, version or times: those are not the client's to decide.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "StoredDetails", into = "StoredDetails")]
pub struct ProjectDetails {
    pub title: Title,
    pub summary: Option<Summary>,
    pub description: Option<Description>,
    pub field: Field,
    pub stage: Stage,
    pub needed_skills: Vec<Skill>,
    pub goals: Vec<Goal>,
    pub languages: Vec<Language>,
    pub experience_years: Option<ExperienceYears>,
    pub work_mode: WorkMode,
    pub place: Option<Place>,
    pub time_zone: Option<TimeZone>,
    pub hours_per_week: Option<NeededHours>,
    pub team_size: Option<TeamSize>,
    pub joining: Joining,
    pub visibility: Audience,
}

impl ProjectDetails {
    /// Checks every value; the error names all offending fields at once, list entries by paths such as
    /// `needed_skills[3]`.
    pub fn parse(input: &ProjectInput) -> Result<Self> {
        let mut fields = Fields::default();
        let details = take(&mut fields, input);
        fields.accept(details)
    }

    /// The same for what says the same: tells a repeated wish from another one.
    pub fn digest(&self) -> Result<String> {
        let text = serde_json::to_vec(self).map_err(Error::internal)?;
        Ok(hex::encode(digest::digest(&digest::SHA256, &text).as_ref()))
    }
}

/// Checks all values before it gives up on any, so that `fields` holds every complaint.
fn take(fields: &mut Fields, input: &ProjectInput) -> Option<ProjectDetails> {
    let title = fields.read("title", &input.title, Title::parse);
    let summary = fields.read_optional("summary", input.summary.as_ref(), |text| unless_blank(text, Summary::parse));
    let description =
        fields.read_optional("description", input.description.as_ref(), |text| unless_blank(text, Description::parse));
    let field = fields.read("field", &input.field, Field::parse);
    let stage = fields.read("stage", &input.stage, Stage::parse);
    let (skills, goals, languages) = (&input.needed_skills, &input.goals, &input.languages);
    let needed_skills = list::take(fields, "needed_skills", skills, MAX_SKILLS, Skill::parse, Skill::canonical);
    let goals = list::take(fields, "goals", goals, MAX_GOALS, Goal::parse, |goal| goal);
    let languages = list::take(fields, "languages", languages, MAX_LANGUAGES, Language::parse, |tag| tag);
    let years = input.experience_years.as_ref();
    let experience_years =
        fields.read_optional("experience_years", years, |years: &i64| ExperienceYears::parse(*years));
    let work_mode = fields.read("work_mode", &input.work_mode, WorkMode::parse);
    let place = input.place.as_ref().map_or(Some(None), |place| Place::take(fields, place).map(Some));
    // People who meet need a place. One that was refused is no second complaint.
    let place = match (work_mode, place) {
        (Some(WorkMode::Hybrid | WorkMode::OnSite), Some(None)) => {
            fields.take("place", Err("place must be given unless work_mode is remote".into()))
        }
        (_, place) => place,
    };
    let time_zone = fields.read_optional("time_zone", input.time_zone.as_ref(), TimeZone::parse);
    let hours = input.hours_per_week.as_ref();
    let hours_per_week = fields.read_optional("hours_per_week", hours, |hours: &i64| NeededHours::parse(*hours));
    let team_size = fields.read_optional("team_size", input.team_size.as_ref(), |size: &i64| TeamSize::parse(*size));
    let joining = fields.read("joining", &input.joining, Joining::parse);
    let visibility = fields.read("visibility", &input.visibility, Audience::parse);
    Some(ProjectDetails {
        title: title?,
        summary: summary?.flatten(),
        description: description?.flatten(),
        field: field?,
        stage: stage?,
        needed_skills: needed_skills?,
        goals: goals?,
        languages: languages?,
        experience_years: experience_years?,
        work_mode: work_mode?,
        place: place?,
        time_zone: time_zone?,
        hours_per_week: hours_per_week?,
        team_size: team_size?,
        joining: joining?,
        visibility: visibility?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parse(body: Value) -> Result<ProjectDetails> {
        ProjectDetails::parse(&serde_json::from_value(body).unwrap())
    }

    fn bare() -> Value {
        json!({"title": "Chess club", "field": "technology", "stage": "idea"})
    }

    fn full() -> Value {
        json!({
            "title": "Chess club", "summary": "A website", "description": "With a board.\nAnd pieces.",
            "field": "technology", "stage": "prototype", "needed_skills": ["React", "a11y"], "goals": ["collaborate"],
            "languages": ["en"], "experience_years": 3, "work_mode": "hybrid",
            "place": {"city": "Leipzig", "country": "de"}, "time_zone": "Europe/Berlin", "hours_per_week": 5,
            "team_size": 4, "joining": "by-request", "visibility": "unlisted",
        })
    }

    #[test]
    fn what_is_left_out_has_a_meaning() {
        let details = parse(bare()).unwrap();
        assert_eq!(
            (details.work_mode, details.joining, details.visibility),
            (WorkMode::Remote, Joining::Open, Audience::Listed)
        );
    }

    #[test]
    fn every_offending_field_is_named_at_once() {
        let body = json!({
            "title": "C", "summary": "x".repeat(301), "description": 5, "field": "magic", "needed_skills": ["", "SQL"],
            "goals": ["conquer"], "experience_years": 61, "work_mode": "on-site", "hours_per_week": 0,
            "team_size": 1, "joining": "never",
        });
        let error = parse(body).unwrap_err();
        let named: Vec<_> = error.fields().iter().map(|field| field.field.as_ref()).collect();
        assert_eq!(
            named,
            [
                "title",
                "summary",
                "description",
                "field",
                "stage",
                "needed_skills[0]",
                "goals[0]",
                "experience_years",
                "place",
                "hours_per_week",
                "team_size",
                "joining"
            ]
        );
    }

    #[test]
    fn a_skill_that_no_matrix_knows_is_kept_and_repetitions_are_not() {
        let mut body = bare();
        body["needed_skills"] = json!(["Falconry", "JS", "javascript"]);
        let skills = parse(body.clone()).unwrap().needed_skills;
        assert_eq!(skills.iter().map(Skill::as_str).collect::<Vec<_>>(), ["Falconry", "JS"]);
        body["needed_skills"] = (0..31).map(|n| format!("skill {n}")).collect();
        assert!(parse(body).is_err());
    }

    #[test]
    fn a_stored_project_reads_back_and_is_checked_again() {
        for body in [bare(), full()] {
            let details = parse(body).unwrap();
            let mut stored = serde_json::to_value(&details).unwrap();
            assert_eq!(serde_json::from_value::<ProjectDetails>(stored.clone()).unwrap(), details);
            stored["added_later"] = json!(1);
            assert_eq!(serde_json::from_value::<ProjectDetails>(stored.clone()).unwrap(), details);
            stored["stage"] = json!("dead");
            assert!(serde_json::from_value::<ProjectDetails>(stored).is_err());
        }
        let mut body = full();
        body["owner_ids"] = json!([]);
        assert!(serde_json::from_value::<ProjectInput>(body).is_err());
    }
}
