//! The sketch, held to the engine.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::json;

use super::population::population;
use super::*;
use crate::domain::embedding::ModelId;
use crate::domain::id::UserId;
use crate::domain::listing::Wanted;
use crate::domain::matching::samples::{MODEL, any_person, profile};
use crate::domain::matching::{ComponentName, Features, Model, Person, Weights, rank, total_features};
use crate::domain::profile::{Field, Goal};

/// Everybody whom a sketch finds, best first, with their scores.
fn sketched(me: &Person, people: &[Person], model: &Model, wanted: &Wanted) -> Vec<(UserId, f32)> {
    let rows = Rows::of(people.iter().map(Row::of).collect());
    let sketch = Sketch::new(me, model, wanted);
    let mut best = kernel::Best::new(people.len());
    let rows = kernel::Rows { ids: &rows.ids, traits: &rows.traits, vectors: &rows.vectors, skipped: &[] };
    kernel::scan(&sketch.0, rows, &mut best);
    let id = |found: kernel::Found| (UserId::from_uuid(uuid::Uuid::from_bytes(found.id)), found.score);
    best.into_sorted().into_iter().map(id).collect()
}

fn exact(me: &Person, other: &Person, model: &Model) -> f64 {
    total_features(&Features::of(me, &model.matrix), &Features::of(other, &model.matrix), model)
}

proptest! {
    #[test]
    fn a_sketch_comes_near_the_score(a in any_person(), b in any_person()) {
        prop_assume!(a.profile.user_id != b.profile.user_id && are_of_this_model(&a, &b));
        let found = sketched(&a, std::slice::from_ref(&b), &MODEL, &Wanted::default());
        let difference = (f64::from(found[0].1) - exact(&a, &b, &MODEL)).abs();
        prop_assert!(difference < 0.004, "{} and {}", found[0].1, exact(&a, &b, &MODEL));
    }

    #[test]
    fn a_sketch_follows_the_weights(a in any_person(), b in any_person(), weights in prop::array::uniform9(0.0..=1.0_f64)) {
        prop_assume!(a.profile.user_id != b.profile.user_id && are_of_this_model(&a, &b));
        let listed: Vec<_> = ComponentName::ALL.into_iter().zip(weights).collect();
        let Ok(weights) = Weights::new(&listed) else { return Ok(()) };
        let model = Model { weights, ..MODEL.clone() };
        let found = sketched(&a, std::slice::from_ref(&b), &model, &Wanted::default());
        prop_assert!((f64::from(found[0].1) - exact(&a, &b, &model)).abs() < 0.01);
    }

    /// Two-way filters and what a list asks for: the exact rules may leave out more, never less.
    #[test]
    fn nobody_is_left_out_whom_the_filters_admit(
        a in any_filtered(), b in any_filtered(), fields in prop::sample::subsequence(Field::ALL, 0..3), km in prop::option::of(1..3_000_u16),
    ) {
        prop_assume!(a.profile.user_id != b.profile.user_id);
        let wanted = Wanted { fields, within_km: km, ..Wanted::default() };
        let admitted = wanted.admits(&a.profile, &b.profile)
            && crate::domain::profile::suit_each_other(&a.profile.details, &b.profile.details);
        let found = !sketched(&a, std::slice::from_ref(&b), &MODEL, &wanted).is_empty();
        prop_assert!(found || !admitted);
    }
}

/// Rows hold no vectors of other models: two people who both have one are not compared by them.
fn are_of_this_model(a: &Person, b: &Person) -> bool {
    [a, b].into_iter().any(|one| one.embedding().is_none_or(|embedding| embedding.model == ModelId::CURRENT))
}

fn any_filtered() -> impl Strategy<Value = Person> {
    let goals =
        prop::sample::subsequence(Goal::ALL, 0..3).prop_map(|goals| goals.into_iter().map(Goal::as_str).collect());
    let places = prop::sample::select(vec![
        json!(null),
        json!({"city": "Leipzig", "country": "DE", "latitude": 51.3, "longitude": 12.4}),
        json!({"city": "Halle", "country": "DE", "latitude": 51.5, "longitude": 12.0}),
        json!({"city": "Lima", "country": "PE", "latitude": -12.0, "longitude": -77.0}),
        json!({"city": "leipzig", "country": "DE"}),
    ]);
    let filters = (
        prop::sample::subsequence(Field::ALL, 0..4).prop_map(|fields| fields.into_iter().map(Field::as_str).collect()),
        prop::sample::subsequence(vec!["de", "en", "gsw"], 0..2),
        prop::sample::subsequence(vec!["DE", "PE", "FR"], 0..2),
        (0..20, 20..60),
        prop::option::of(1..2_000),
    );
    let said = (
        0..1_000_000_u128,
        prop::sample::select(Field::ALL),
        goals,
        places,
        0..40,
        prop::sample::subsequence(vec!["de", "en", "gsw"], 0..3),
    );
    (said, filters).prop_map(|((id, field, goals, place, years, languages), (fields, wanted, countries, (min, max), km))| {
        let (goals, fields): (Vec<&str>, Vec<&str>) = (goals, fields);
        let said = json!({
            "field": field.as_str(), "goals": goals, "place": place, "experience_years": years, "languages": languages,
            "filters": {
                "fields": fields, "languages": wanted, "countries": countries, "min_experience_years": min,
                "max_experience_years": max, "max_distance_km": km,
            },
        });
        Person::new(profile(id, &said), None)
    })
}

#[test]
fn a_filter_leaves_out_whom_it_must() {
    let person =
        |id, field: &str, filters| Person::new(profile(id, &json!({"field": field, "filters": filters})), None);
    let me = person(1, "design", json!({"fields": ["crafts", "data"]}));
    let people = [
        person(2, "crafts", json!({})),
        person(3, "science", json!({})),
        person(4, "data", json!({"fields": ["data"]})),
    ];
    let ids = |wanted: &Wanted| -> Vec<u128> {
        sketched(&me, &people, &MODEL, wanted).into_iter().map(|(id, _)| id.as_uuid().as_u128()).collect()
    };
    assert_eq!(ids(&Wanted::default()), [2], "not the field that is not asked for, and not who asks for another one");
    assert!(ids(&Wanted { fields: vec![Field::Data], ..Wanted::default() }).is_empty());
}

/// Figures of this population: all of the true best 20 are among the sketch's best 30 but for a few.
#[test]
fn the_true_best_are_among_the_few_hundred() {
    let people = population(3_000);
    let (mut kept, mut near, mut difference) = (0, 0, 0.0_f64);
    for me in people.iter().step_by(150) {
        let found = sketched(me, &people, &MODEL, &Wanted::default());
        let ids = |count: usize| -> HashSet<UserId> { found.iter().take(count).map(|(id, _)| *id).collect() };
        let (hundreds, tens) = (ids(300), ids(30));
        for one in rank(me, &people, 20, &MODEL, &MODEL) {
            kept += usize::from(hundreds.contains(&one.profile.user_id));
            near += usize::from(tens.contains(&one.profile.user_id));
        }
        for other in people.iter().step_by(97).filter(|other| other.profile.user_id != me.profile.user_id) {
            let (_, score) = found.iter().find(|(id, _)| *id == other.profile.user_id).unwrap();
            difference = difference.max((f64::from(*score) - exact(me, other, &MODEL)).abs());
        }
    }
    println!("of 400: {kept} among 300, {near} among 30; greatest difference {difference:.4}");
    assert!(kept >= 396, "{kept}");
    assert!(near >= 380, "{near}");
}

/// Most people are passed over before their scores are known; that must not change who is found.
#[test]
fn a_search_finds_what_a_scan_of_all_scores_finds() {
    let people = population(2_500);
    let rows = Rows::of(people.iter().map(Row::of).collect());
    for me in people.iter().step_by(310) {
        let all = sketched(me, &people, &MODEL, &Wanted::default());
        for limit in [1, 20, 300] {
            let sketch = Sketch::new(me, &MODEL, &Wanted::default());
            let found = search(&sketch, [View { rows: &rows, skipped: &[] }], limit);
            assert!(found.ids.iter().eq(all.iter().take(limit).map(|(id, _)| id)), "{limit}");
        }
    }
}

#[test]
fn the_same_people_are_found_however_they_are_cut() {
    let people = population(400);
    let sketch = Sketch::new(&people[0], &MODEL, &Wanted::default());
    let rows = |people: &[Person]| Rows::of(people.iter().map(Row::of).collect());
    let whole = rows(&people);
    let parts = [rows(&people[300..]), rows(&people[..150]), rows(&people[150..300])];
    let view = |rows| View { rows, skipped: &[] };
    let found = search(&sketch, [view(&whole)], 50);
    assert_eq!(found.searched, 399, "oneself is nobody's candidate");
    assert_eq!(search(&sketch, parts.iter().map(view), 50), found);
    let twice = search(&sketch, [view(&whole), view(&parts[1])], 50);
    assert_eq!(twice.ids.iter().collect::<HashSet<_>>().len(), 50, "nobody is found twice");
    let best = whole.find(found.ids[0]).unwrap();
    let mut skipped = vec![0_u64; 7];
    skipped[best / 64] |= 1 << (best % 64);
    let without = search(&sketch, [View { rows: &whole, skipped: &skipped }], 49);
    assert_eq!(without.ids, found.ids[1..], "who is skipped is not found");
}
