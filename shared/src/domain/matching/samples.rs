//! Profiles for the tests of the engine: a few that read like people, and random ones.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Model, Person};
use crate::domain::embedding::{DIMENSIONS, Embedding, ModelId, Vector};
use crate::domain::id::UserId;
use crate::domain::profile::{Field, Goal, Profile, ProfileDetails};
use crate::domain::time::Timestamp;

/// The built-in model, built once for all cases.
pub(in crate::domain) static MODEL: LazyLock<Model> = LazyLock::new(Model::default);

/// A profile with the required values, `said` on top, and an id that ends in `number`.
pub(in crate::domain) fn profile(number: u128, said: &Value) -> Profile {
    let mut body = json!({"name": "Sam", "field": "other", "experience_years": 5, "time_zone": "UTC"});
    for (field, value) in said.as_object().unwrap() {
        body[field] = value.clone();
    }
    let details = ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap();
    Profile::new(UserId::from_uuid(Uuid::from_u128(number)), details, Timestamp::from_unix_millis(0))
}

/// A backend engineer in Leipzig.
pub(super) fn ada() -> Profile {
    profile(
        1,
        &json!({
            "field": "technology", "experience_years": 7, "skills": ["Rust", "postgres", "Kubernetes"],
            "interests": ["open source", "chess", "climate"], "goals": ["co-founder", "collaborate"],
            "languages": ["de", "en"], "time_zone": "Europe/Berlin",
            "place": {"city": "Leipzig", "country": "DE"}, "availability_hours_per_week": 10,
        }),
    )
}

/// A product designer in the same city.
pub(super) fn grace() -> Profile {
    profile(
        2,
        &json!({
            "field": "design", "experience_years": 5, "skills": ["Product Design", "User Research", "Figma"],
            "interests": ["Chess", "OSS", "film"], "goals": ["co-founder"], "languages": ["de"],
            "time_zone": "Europe/Berlin", "place": {"city": "leipzig", "country": "DE"},
            "availability_hours_per_week": 12,
        }),
    )
}

/// A backend engineer like Ada, far away.
pub(super) fn linus() -> Profile {
    profile(
        3,
        &json!({
            "field": "technology", "experience_years": 8, "skills": ["rust", "PostgreSQL", "k8s"],
            "interests": ["diving"], "goals": ["find-work"], "languages": ["en"], "time_zone": "Australia/Sydney",
            "place": {"city": "Sydney", "country": "AU"}, "availability_hours_per_week": 40,
        }),
    )
}

/// A ceramicist who shares nothing with Ada but the planet.
pub(super) fn kim() -> Profile {
    profile(
        4,
        &json!({
            "field": "crafts", "experience_years": 40, "skills": ["ceramics"], "interests": ["gardening"],
            "goals": ["hire"], "languages": ["ko"], "time_zone": "Asia/Seoul",
            "place": {"city": "Seoul", "country": "KR"},
        }),
    )
}

const SKILLS: &[&str] = &[
    "Rust",
    "rust",
    "Go",
    "React",
    "js",
    "TypeScript",
    "UX",
    "product design",
    "Figma",
    "SEO",
    "sales",
    "law",
    "woodworking",
    "photography",
    "teaching",
    "biology",
    "Falconry",
    "falconry",
    "beekeeping",
    "C++",
    "docker",
];
const INTERESTS: &[&str] = &["Chess", "chess", "oss", "open source", "film", "diving", "go", "music", "art"];
const LANGUAGES: &[&str] = &["de", "en", "fr", "ko", "gsw"];
const ZONES: &[&str] = &["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Sydney"];
const PLACES: &[(&str, &str)] = &[("Leipzig", "DE"), ("leipzig", "DE"), ("Köln", "DE"), ("Lima", "PE")];

pub(super) fn any_profile() -> impl Strategy<Value = Profile> {
    let lists = (
        prop::collection::vec(prop::sample::select(SKILLS), 0..12),
        prop::collection::vec(prop::sample::select(INTERESTS), 0..8),
        prop::sample::subsequence(Goal::ALL, 0..=5).prop_map(|goals| goals.into_iter().map(Goal::as_str).collect()),
        prop::sample::subsequence(LANGUAGES, 0..=4),
    );
    let values = (
        0_u128..1_000_000,
        prop::sample::select(Field::ALL).prop_map(Field::as_str),
        0..=60,
        prop::sample::select(ZONES),
        prop::option::of(prop::sample::select(PLACES)),
        prop::option::of(1..=80),
    );
    (lists, values).prop_map(|((skills, interests, goals, languages), (id, field, years, zone, place, hours))| {
        let goals: Vec<&str> = goals;
        profile(
            id,
            &json!({
                "skills": skills, "interests": interests, "goals": goals, "languages": languages, "field": field,
                "experience_years": years, "time_zone": zone, "availability_hours_per_week": hours,
                "place": place.map(|(city, country)| json!({"city": city, "country": country})),
            }),
        )
    })
}

/// Somebody whose words point into this direction; who says nothing has none.
pub(in crate::domain) fn person(profile: Profile, model: &ModelId, components: &[f32]) -> Person {
    let vector = Vector::normalised(components).unwrap();
    let embedding = profile.text_hash.clone().map(|hash| Embedding { model: model.clone(), hash, vector });
    Person::new(profile, embedding)
}

/// Two directions with this cosine between them.
pub(super) fn directions(cosine: f32) -> [Vec<f32>; 2] {
    let direction = |first: f32, second: f32| {
        let mut components = vec![0.0; DIMENSIONS];
        (components[0], components[1]) = (first, second);
        components
    };
    [direction(1.0, 0.0), direction(cosine, (1.0 - cosine * cosine).sqrt())]
}

pub(super) fn another_model() -> ModelId {
    serde_json::from_value(json!("another")).unwrap()
}

pub(in crate::domain) fn any_person() -> impl Strategy<Value = Person> {
    let models = prop::sample::select(vec![ModelId::CURRENT, ModelId::CURRENT, another_model()]);
    let embedding = prop::option::of((models, -1.0..=1.0_f32));
    (any_profile(), embedding).prop_map(|(profile, embedding)| match embedding {
        Some((model, cosine)) => person(profile, &model, &directions(cosine)[1]),
        None => Person::new(profile, None),
    })
}
