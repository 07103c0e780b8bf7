//! Pairs of people whose scores and reasons we can judge by reading.

use std::sync::Arc;

use serde_json::json;

use super::samples::{MODEL, ada, another_model, directions, grace, kim, linus, person, profile};
use super::*;
use crate::domain::embedding::ModelId;
use crate::domain::profile::Profile;

fn scored(a: &Profile, b: &Profile) -> Score {
    score(a, b, &MODEL)
}

fn component(score: &Score, name: ComponentName) -> &Component {
    score.components.iter().find(|component| component.name == name).unwrap()
}

fn texts(reasons: &[Reason]) -> Vec<&str> {
    reasons.iter().map(|reason| reason.text.as_str()).collect()
}

fn reasons(score: &Score) -> Vec<&str> {
    score.components.iter().flat_map(|component| texts(&component.reasons)).collect()
}

fn counter_reasons(score: &Score) -> Vec<&str> {
    score.components.iter().flat_map(|component| texts(&component.counter_reasons)).collect()
}

#[test]
fn an_engineer_and_a_designer_in_one_city_fit_well() {
    let score = scored(&ada(), &grace());
    assert!((0.80..=0.95).contains(&score.total), "{}", score.total);
    assert_eq!(
        reasons(&score),
        [
            "Rust complements product design: 0.82",
            "Rust complements user research and Figma: 0.73, as backend and design skills do in general",
            "Technology and design work well together: 0.90",
            "Similar experience: 5 and 7 years",
            "Both are interested in chess and open source",
            "Both want to find a co-founder",
            "One wants to find a co-founder, the other to collaborate",
            "Both speak German",
            "9 h of shared working time a day",
            "Both have at least 10 h a week",
            "Both live in Leipzig",
        ]
    );
    assert_eq!(counter_reasons(&score), [""; 0]);
    let complement = &component(&score, ComponentName::Skills).reasons[0];
    assert_eq!(complement.code, ReasonCode::SkillComplement);
    assert_eq!(complement.items, ["Rust", "product design"]);
}

#[test]
fn the_same_skills_far_away_fit_less() {
    let score = scored(&ada(), &linus());
    assert!((0.40..=0.50).contains(&score.total), "{}", score.total);
    assert!(reasons(&score).contains(&"Both know Rust, PostgreSQL and Kubernetes"), "{:?}", reasons(&score));
    assert_eq!(
        counter_reasons(&score),
        [
            "No shared interest",
            "One wants to collaborate, the other to find work: goals do not meet",
            "Only 30 min of shared working time a day",
            "One has 10 h a week, the other 40 h",
            "Different countries: AU and DE",
        ]
    );
}

#[test]
fn people_with_nothing_in_common_fit_badly() {
    let score = scored(&ada(), &kim());
    assert!((0.15..=0.30).contains(&score.total), "{}", score.total);
    assert!(counter_reasons(&score).contains(&"Experience is far apart: 7 and 40 years"));
    let language = "No common language: German and English on one side, Korean on the other";
    assert!(counter_reasons(&score).contains(&language), "{:?}", counter_reasons(&score));
}

#[test]
fn a_mentor_fits_who_wants_one_and_peers_matter_less() {
    let mentor = profile(5, &json!({"experience_years": 20, "goals": ["mentor"]}));
    let mentee = profile(6, &json!({"experience_years": 2, "goals": ["be-mentored"]}));
    let score = scored(&mentor, &mentee);
    assert_eq!(
        texts(&component(&score, ComponentName::Goals).reasons),
        ["One wants to mentor, the other to be mentored"]
    );
    let experience = component(&score, ComponentName::Experience);
    assert_eq!(texts(&experience.reasons), ["2 and 20 years of experience suit mentoring"]);
    assert!(experience.value > 0.99);

    let younger_mentor = profile(5, &json!({"experience_years": 2, "goals": ["mentor"]}));
    let older_mentee = profile(6, &json!({"experience_years": 20, "goals": ["be-mentored"]}));
    assert!(component(&scored(&younger_mentor, &older_mentee), ComponentName::Experience).value < 0.4);
}

#[test]
fn skills_that_no_matrix_knows_count_when_both_have_them() {
    let a = profile(7, &json!({"skills": ["Falconry", "beekeeping"]}));
    let b = profile(8, &json!({"skills": ["falconry", "glass blowing"]}));
    let score = scored(&a, &b);
    assert_eq!(texts(&component(&score, ComponentName::Skills).reasons), ["Both know falconry"]);
    let c = profile(9, &json!({"skills": ["glass blowing"]}));
    assert!(scored(&a, &c).components.iter().all(|component| component.name != ComponentName::Skills));
    let unknown = |a: &Profile, b: &Profile| {
        scored(a, b).not_compared.into_iter().find(|note| note.code == ReasonCode::SkillUnknown).map(|note| note.text)
    };
    let says = |skills: &str| Some(format!("Not compared, because the skill matrix does not know it: {skills}"));
    assert_eq!(unknown(&a, &b), says("beekeeping and glass blowing"));
    assert_eq!(unknown(&a, &c), says("beekeeping, Falconry and glass blowing"));
    assert_eq!(unknown(&c, &c), None, "both have it");
    assert_eq!(unknown(&ada(), &linus()), None);
}

#[test]
fn skills_without_a_partner_are_named() {
    let a = profile(7, &json!({"skills": ["Kubernetes", "typography"]}));
    let b = profile(8, &json!({"skills": ["filmmaking"]}));
    let skills = scored(&a, &b);
    assert_eq!(
        texts(&component(&skills, ComponentName::Skills).counter_reasons),
        ["Nothing complements Kubernetes: 0.30 at best"]
    );
}

#[test]
fn an_administrators_matrix_and_weights_decide() {
    let pairs = [SkillPair::parse("falconry", "photography", 0.95).unwrap()];
    let model = Model {
        matrix: Arc::new(SkillMatrix::builtin().with_what_fits(12, &pairs)),
        weights: Weights::new(&[(ComponentName::Skills, 0.5)]).unwrap(),
    };
    let falconer = profile(7, &json!({"skills": ["Falconry"]}));
    let photographer = profile(8, &json!({"skills": ["Photography"]}));
    let score = score(&falconer, &photographer, &model);
    assert_eq!(score.versions, Versions { engine: ENGINE_VERSION, matrix: 12, embedding: None });
    let skills = component(&score, ComponentName::Skills);
    assert_eq!(texts(&skills.reasons), ["Photography complements falconry: 0.95"]);
    assert!(skills.weight > 0.6, "{}", skills.weight);
}

/// Ada and Linus, whose words have this similarity.
fn saying(cosine: f32) -> Score {
    let [first, second] = directions(cosine);
    score(&person(ada(), &ModelId::CURRENT, &first), &person(linus(), &ModelId::CURRENT, &second), &MODEL)
}

#[test]
fn what_people_say_in_their_own_words_counts_and_is_explained() {
    let (apart, alone, close) = (saying(0.0), scored(&ada(), &linus()), saying(0.71));
    assert!(apart.total < alone.total && alone.total < close.total, "{} {} {}", apart.total, alone.total, close.total);
    let semantic = component(&close, ComponentName::Semantic);
    assert_eq!(texts(&semantic.reasons), ["What both say about themselves is close in meaning: 0.71"]);
    assert!((semantic.weight - 0.18).abs() < 0.001, "{}", semantic.weight);
    let semantic = component(&apart, ComponentName::Semantic);
    let different = ["What they say about themselves is about different things: 0.00"];
    assert_eq!(texts(&semantic.counter_reasons), different);
    assert_eq!(close.versions.embedding.as_deref(), Some("all-MiniLM-L6-v2"));
    assert_eq!(close.not_compared, []);
}

#[test]
fn the_same_words_are_worth_everything() {
    let semantic = component(&saying(1.0), ComponentName::Semantic).clone();
    assert_eq!(semantic.value.to_bits(), 1.0_f64.to_bits());
}

#[test]
fn words_that_were_not_read_are_not_guessed_at() {
    let [first, second] = directions(0.9);
    let read = person(ada(), &ModelId::CURRENT, &first);
    let by_another = person(linus(), &another_model(), &second);
    let edited = Person::new(grace(), person(linus(), &ModelId::CURRENT, &second).embedding);
    let says = "What they say about themselves was not compared: one of them says nothing, or only just did";
    for other in [&Person::new(kim(), None), &by_another, &edited] {
        let score = score(&read, other, &MODEL);
        assert_eq!(score.total.to_bits(), scored(&read.profile, &other.profile).total.to_bits());
        assert_eq!(texts(&score.not_compared), [says]);
        assert_eq!(score.versions.embedding, None);
    }
}

#[test]
fn two_empty_profiles_still_have_a_score() {
    let score = scored(&profile(7, &json!({})), &profile(8, &json!({})));
    let names: Vec<_> = score.components.iter().map(|component| component.name).collect();
    assert_eq!(names, [ComponentName::Field, ComponentName::Experience, ComponentName::Availability]);
}

#[test]
fn ranking_puts_the_best_first_and_leaves_me_out() {
    let (me, people) = (ada(), [kim(), linus(), ada(), grace()]);
    let order: Vec<_> = rank(&me, &people, 2, &MODEL, &MODEL).iter().map(|r| r.profile.user_id).collect();
    assert_eq!(order, [grace().user_id, linus().user_id]);
}

#[test]
fn the_wire_form_is_stable() {
    let score = scored(&profile(7, &json!({})), &profile(8, &json!({})));
    let json = serde_json::to_value(&score).unwrap();
    assert_eq!(json["versions"], json!({"engine": 4, "matrix": 0, "embedding": null}));
    assert_eq!(json["not_compared"][0]["code"], "text_not_compared");
    assert_eq!(
        json["components"][1],
        json!({
            "name": "experience", "value": 1.0, "weight": 0.3333, "counter_reasons": [],
            "reasons": [{"code": "experience_similar", "text": "Similar experience: 5 and 5 years", "items": ["5", "5"]}],
        })
    );
}
