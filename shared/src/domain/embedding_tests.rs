//! Texts that are the same, and vectors that survive being stored.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn details(said: &Value) -> ProfileDetails {
    let mut body = json!({"name": "Ada", "field": "other", "experience_years": 5, "time_zone": "UTC"});
    for (field, value) in said.as_object().unwrap() {
        body[field] = value.clone();
    }
    ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap()
}

fn text(said: &Value) -> Option<ProfileText> {
    ProfileText::of(&details(said))
}

#[test]
fn a_text_holds_what_people_say_in_their_own_words() {
    let said = json!({"headline": "Compilers", "interests": ["OSS", "Chess"], "bio": "I like small things."});
    let written = text(&said).unwrap();
    assert_eq!(written.as_str(), "Compilers\nInterested in chess, open source.\nI like small things.");
    assert_eq!(text(&json!({"headline": "Compilers"})).unwrap().as_str(), "Compilers");
    assert_eq!(text(&json!({"skills": ["Rust"], "goals": ["hire"]})), None);
    assert_eq!(format!("{written:?}"), "ProfileText(64 characters)");
}

#[test]
fn only_other_words_are_another_text() {
    let said = json!({"headline": "Compilers", "interests": ["OSS", "Chess"], "bio": "Small."});
    let hash = |said: &Value| text(said).unwrap().hash();
    let with = |field: &str, value: Value| {
        let mut changed = said.clone();
        changed[field] = value;
        hash(&changed)
    };
    for (field, value) in [
        ("name", json!("Bob")),
        ("skills", json!(["Rust"])),
        ("goals", json!(["hire"])),
        ("visible", json!(false)),
        ("interests", json!(["chess", "open source"])),
    ] {
        assert_eq!(with(field, value), hash(&said), "{field}");
    }
    for (field, value) in
        [("headline", json!("Linkers")), ("interests", json!(["chess"])), ("bio", json!("Small things."))]
    {
        assert_ne!(with(field, value), hash(&said), "{field}");
    }
}

#[test]
fn what_the_model_would_not_read_is_left_out() {
    let long = |end: &str| json!({"bio": format!("{}{end}", "é".repeat(MAX_CHARACTERS))});
    assert_eq!(text(&long("a")), text(&long("b")));
    assert_eq!(text(&long("a")).unwrap().as_str().chars().count(), MAX_CHARACTERS);
}

#[test]
fn a_hash_is_of_the_model_too_and_does_not_change_by_accident() {
    let (one, other) = (ModelId::CURRENT, ModelId(Cow::Borrowed("another")));
    assert_ne!(TextHash::of(&one, "text"), TextHash::of(&other, "text"));
    // Rows in the table are found by it.
    assert!(
        TextHash::of(&one, "text").as_str().starts_with("a76b3cf1dfd03a49"),
        "{}",
        TextHash::of(&one, "text").as_str()
    );
}

#[test]
fn what_is_no_vector_is_refused() {
    for components in [vec![], vec![1.0; 383], vec![1.0; 385], vec![0.0; 384], vec![f32::NAN; 384], vec![f32::MAX; 384]]
    {
        assert!(Vector::normalised(&components).is_err());
    }
    for bytes in [0, 1, 767, 769] {
        assert!(Vector::from_bytes(&vec![1; bytes]).is_err(), "{bytes}");
    }
    assert!(Vector::from_bytes(&[0; 768]).is_err());
}

fn components() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-1.0..1.0_f32, DIMENSIONS)
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

proptest! {
    #[test]
    fn stored_vectors_read_back(components in components()) {
        let vector = Vector::normalised(&components).unwrap();
        let bytes = vector.to_bytes();
        prop_assert_eq!(bytes.len(), Vector::BYTES);
        prop_assert_eq!(Vector::from_bytes(&bytes).unwrap(), vector);
    }

    #[test]
    fn fixed_point_changes_a_similarity_by_less_than_a_thousandth(a in components(), b in components()) {
        let similarity = Vector::normalised(&a).unwrap().similarity(&Vector::normalised(&b).unwrap());
        prop_assert!((similarity - cosine(&a, &b)).abs() < 1e-3, "{similarity}, {}", cosine(&a, &b));
    }

    #[test]
    fn similarities_are_symmetric_bounded_and_one_for_the_same(a in components(), b in components(), long in 0.1..100.0_f32) {
        let (x, y) = (Vector::normalised(&a).unwrap(), Vector::normalised(&b).unwrap());
        prop_assert_eq!(x.similarity(&y).to_bits(), y.similarity(&x).to_bits());
        prop_assert!((-1.0..=1.0).contains(&x.similarity(&y)));
        prop_assert_eq!(x.similarity(&x).to_bits(), 1.0_f64.to_bits());
        let longer: Vec<f32> = a.iter().map(|component| component * long).collect();
        prop_assert!(x.similarity(&Vector::normalised(&longer).unwrap()) > 0.999_999);
    }

    #[test]
    fn any_bytes_that_are_read_are_bounded(a in prop::collection::vec(any::<u8>(), 768), b in components()) {
        if let Ok(vector) = Vector::from_bytes(&a) {
            prop_assert!((-1.0..=1.0).contains(&vector.similarity(&Vector::normalised(&b).unwrap())));
        }
    }
}
