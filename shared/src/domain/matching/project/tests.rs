//! What holds for any person and any project, and a few that read like ones.

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::ReasonCode;
use super::super::samples::{ada, another_model, any_person, any_profile, directions, kim, person, profile};
use super::*;
use crate::domain::embedding::{ModelId, Vector};
use crate::domain::id::{ProjectId, UserId};
use crate::domain::profile::{Field, Profile};
use crate::domain::project::{Stage, WorkMode};
use crate::domain::time::Timestamp;

static MATRIX: std::sync::LazyLock<SkillMatrix> = std::sync::LazyLock::new(SkillMatrix::builtin);

fn project(said: &Value) -> Project {
    let mut body = json!({"title": "Chess club", "field": "technology", "stage": "idea"});
    for (field, value) in said.as_object().unwrap() {
        body[field] = value.clone();
    }
    let details = ProjectDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
    let id = |number| Uuid::from_u128(number);
    Project::new(ProjectId::from_uuid(id(1)), UserId::from_uuid(id(2)), details, Timestamp::from_unix_millis(0))
}

fn venture(project: Project, model: &ModelId, components: &[f32]) -> Venture {
    let vector = Vector::normalised(components).unwrap();
    let embedding = Embedding { model: model.clone(), hash: project.text_hash.clone(), vector };
    Venture::new(project, Some(embedding))
}

/// A project that a backend engineer in Leipzig would look for.
fn storage_engine() -> Venture {
    let said = json!({
        "title": "A storage engine for tiny devices", "stage": "prototype", "needed_skills": ["Rust", "Docker", "Falconry"],
        "goals": ["co-founder"], "languages": ["de"], "work_mode": "hybrid",
        "place": {"city": "Leipzig", "country": "DE"}, "time_zone": "Europe/Berlin", "hours_per_week": 8,
    });
    Venture::new(project(&said), None)
}

const SKILLS: &[&str] = &["Rust", "Go", "React", "js", "UX", "SEO", "law", "Falconry", "beekeeping", "docker", "sales"];

fn any_project() -> impl Strategy<Value = Project> {
    let lists = (
        prop::sample::subsequence(SKILLS, 0..=8),
        prop::sample::subsequence(Goal::ALL, 0..=5),
        prop::sample::subsequence(&["de", "en", "fr", "ko"][..], 0..=3),
    );
    let values = (
        prop::sample::select(Field::ALL),
        prop::sample::select(Stage::ALL),
        prop::option::of(0..=60),
        prop::sample::select(WorkMode::ALL),
        prop::sample::select(&[("Leipzig", "DE"), ("Köln", "DE"), ("Lima", "PE")][..]),
        prop::option::of(prop::sample::select(&["UTC", "Europe/Berlin", "Asia/Kathmandu"][..])),
        prop::option::of(1..=80),
    );
    (lists, values).prop_map(|((skills, goals, languages), (field, stage, years, mode, place, zone, hours))| {
        let goals: Vec<_> = goals.into_iter().map(Goal::as_str).collect();
        project(&json!({
            "needed_skills": skills, "goals": goals, "languages": languages, "field": field.as_str(),
            "stage": stage.as_str(), "experience_years": years, "work_mode": mode.as_str(),
            "place": {"city": place.0, "country": place.1}, "time_zone": zone, "hours_per_week": hours,
        }))
    })
}

fn any_venture() -> impl Strategy<Value = Venture> {
    let models = prop::sample::select(vec![ModelId::CURRENT, ModelId::CURRENT, another_model()]);
    (any_project(), prop::option::of((models, -1.0..=1.0_f32))).prop_map(|(project, embedding)| match embedding {
        Some((model, cosine)) => venture(project, &model, &directions(cosine)[1]),
        None => Venture::new(project, None),
    })
}

fn value(score: &Score, name: ComponentName) -> Option<f64> {
    score.components.iter().find(|component| component.name == name).map(|component| component.value)
}

fn codes(score: &Score) -> Vec<ReasonCode> {
    let reasons = score.components.iter().flat_map(|one| one.reasons.iter().chain(&one.counter_reasons));
    reasons.map(|reason| reason.code).collect()
}

fn changed(profile: &Profile, change: impl FnOnce(&mut crate::domain::profile::ProfileDetails)) -> Profile {
    let mut profile = profile.clone();
    change(&mut profile.details);
    profile
}

#[test]
fn a_person_who_brings_what_is_needed_is_told_why() {
    let score = fit(&ada(), &storage_engine(), &MATRIX);
    let skills = &score.components[0];
    assert_eq!(skills.reasons[0].text, "The project needs Rust, and the person brings it");
    assert_eq!(skills.reasons[1].code, ReasonCode::NeedComplemented, "{skills:?}");
    assert_eq!(skills.counter_reasons[0].text, "The project also needs Falconry");
    assert!(codes(&score).contains(&ReasonCode::PlaceSameCity) && codes(&score).contains(&ReasonCode::HoursEnough));
    assert_eq!(score.not_compared[0].code, ReasonCode::TextNotCompared);
    assert!(score.total > 0.7, "{}", score.total);
    let other = fit(&kim(), &storage_engine(), &MATRIX);
    assert!(other.total < 0.35, "{}", other.total);
    assert_eq!(value(&other, ComponentName::Languages), Some(0.0));
}

#[test]
fn a_need_that_no_matrix_knows_is_met_by_the_same_words() {
    let needs = Venture::new(project(&json!({"needed_skills": ["Falconry"]})), None);
    let skills = |said: Value| value(&fit(&profile(1, &said), &needs, &MATRIX), ComponentName::Skills);
    assert_eq!(skills(json!({"skills": ["falconry"]})), Some(1.0));
    assert_eq!(skills(json!({"skills": ["Rust"]})), Some(0.0));
    assert_eq!(skills(json!({})), Some(0.0), "who says nothing of skills brings none");
}

#[test]
fn four_needs_are_all_that_one_person_can_be_asked_for() {
    let all = ["Rust", "Go", "React", "SEO", "law", "sales", "UX"];
    let needs = |count: usize| Venture::new(project(&json!({"needed_skills": all[..count]})), None);
    let four = profile(1, &json!({"skills": all[..4]}));
    for count in [1, 4, 7] {
        assert_eq!(value(&fit(&four, &needs(count), &MATRIX), ComponentName::Skills), Some(1.0), "{count}");
    }
}

#[test]
fn an_embedding_of_another_text_is_none() {
    let before = project(&json!({"summary": "boats"}));
    let Venture { embedding, .. } = venture(before.clone(), &ModelId::CURRENT, &directions(1.0)[0]);
    let details = project(&json!({"summary": "trains"})).details;
    let after = before.edited(1, details, Timestamp::from_unix_millis(1)).unwrap();
    assert!(Venture::new(after, embedding).embedding.is_none());
}

proptest! {
    #[test]
    fn values_weights_and_totals_are_bounded(person in any_person(), venture in any_venture()) {
        let score = fit(&person, &venture, &MATRIX);
        prop_assert!((0.0..=1.0).contains(&score.total));
        for component in &score.components {
            prop_assert!((0.0..=1.0).contains(&component.value), "{component:?}");
            prop_assert!(component.weight > 0.0 && component.weight <= 1.0, "{component:?}");
        }
    }

    #[test]
    fn contributions_make_up_the_total_and_silence_changes_nothing(person in any_person(), venture in any_venture()) {
        let score = fit(&person, &venture, &MATRIX);
        let weights: f64 = score.components.iter().map(|component| component.weight).sum();
        let contributions: f64 = score.components.iter().map(|component| component.value * component.weight).sum();
        prop_assert!((weights - 1.0).abs() < 1e-3, "{weights}");
        prop_assert!((contributions - score.total).abs() < 1e-3, "{contributions} for {}", score.total);
        let silent = fit_total(&Features::of(&person, &MATRIX), &Needs::of(&venture, &MATRIX), &MATRIX);
        prop_assert_eq!(silent.to_bits(), score.total.to_bits());
    }

    #[test]
    fn the_order_of_entries_does_not_matter(person in any_person(), venture in any_venture()) {
        let mut other = venture.clone();
        other.project.details.needed_skills.reverse();
        other.project.details.goals.reverse();
        other.project.details.languages.reverse();
        let mut reversed = person.clone();
        reversed.profile.details.skills.reverse();
        reversed.profile.details.goals.reverse();
        reversed.profile.details.languages.reverse();
        prop_assert_eq!(fit(&person, &venture, &MATRIX), fit(&reversed, &other, &MATRIX));
    }

    #[test]
    fn who_brings_more_never_fits_less(
        profile in any_profile(), project in any_project(), skill in prop::sample::select(SKILLS), years in 0..=60_i64,
    ) {
        let venture = Venture::new(project, None);
        let of = |profile: &Profile| fit(profile, &venture, &MATRIX);
        let skilled = changed(&profile, |details| details.skills.push(Skill::parse(skill).unwrap()));
        prop_assert!(value(&of(&skilled), ComponentName::Skills) >= value(&of(&profile), ComponentName::Skills));
        prop_assert!(of(&skilled).total >= of(&profile).total);
        let years = years.max(i64::from(profile.details.experience_years.get()));
        let seasoned = changed(&profile, |details| {
            details.experience_years = crate::domain::profile::ExperienceYears::parse(years).unwrap();
        });
        prop_assert!(of(&seasoned).total >= of(&profile).total);
    }

    #[test]
    fn more_hours_or_closer_words_never_lower_a_fit(
        one in any_person(), project in any_project(), hours in 1..=80_i64, near in -1.0..=1.0_f32, far in -1.0..=1.0_f32,
    ) {
        let with_hours = |hours: i64| {
            let profile = changed(&one.profile, |details| {
                details.hours_per_week = Some(crate::domain::profile::HoursPerWeek::parse(hours).unwrap());
            });
            fit(&profile, &Venture::new(project.clone(), None), &MATRIX).total
        };
        prop_assert!(with_hours(hours) <= with_hours(80));
        let total = |cosine: f32| {
            let [first, second] = directions(cosine);
            let said = person(one.profile.clone(), &ModelId::CURRENT, &first);
            fit(&said, &venture(project.clone(), &ModelId::CURRENT, &second), &MATRIX).total
        };
        prop_assert!(total(near.min(far)) <= total(near.max(far)));
    }

    #[test]
    fn a_component_is_there_when_both_sides_have_data(person in any_person(), venture in any_venture()) {
        let score = fit(&person, &venture, &MATRIX);
        let present = |name| value(&score, name).is_some();
        let (said, needed) = (&person.profile.details, &venture.project.details);
        prop_assert_eq!(present(ComponentName::Skills), !needed.needed_skills.is_empty());
        prop_assert_eq!(present(ComponentName::Languages), !said.languages.is_empty() && !needed.languages.is_empty());
        prop_assert_eq!(present(ComponentName::Place), said.place.is_some() && needed.work_mode != WorkMode::Remote);
        let models = [person.embedding.as_ref(), venture.embedding.as_ref()].map(|one| one.map(|one| one.model.clone()));
        let comparable = models[0].is_some() && models[0] == models[1];
        prop_assert_eq!(present(ComponentName::Semantic), comparable);
        prop_assert_eq!(score.not_compared.is_empty(), comparable);
        prop_assert_eq!(score.versions.embedding.is_some(), comparable);
    }

    #[test]
    fn every_reason_has_a_sentence_and_names_its_items(person in any_person(), venture in any_venture()) {
        for component in fit(&person, &venture, &MATRIX).components {
            for reason in component.reasons.iter().chain(&component.counter_reasons) {
                prop_assert!(!reason.items.is_empty() && !reason.text.is_empty(), "{reason:?}");
                prop_assert!(!reason.text.ends_with('.'), "{reason:?}");
            }
        }
    }
}

#[test]
fn the_weights_make_one() {
    let sum: f64 = components::ALL.iter().map(|(_, weight, _)| weight).sum();
    assert!((sum - 1.0).abs() < 1e-12);
}
