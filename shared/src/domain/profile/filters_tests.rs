//! Filters, one by one and both ways.

use serde_json::{Value, json};

use super::*;

fn details(said: &Value) -> ProfileDetails {
    let mut body = json!({
        "name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC", "goals": ["learn"],
        "languages": ["de"], "place": {"city": "Leipzig", "country": "DE", "latitude": 51.34, "longitude": 12.37},
    });
    for (field, value) in said.as_object().unwrap() {
        body[field] = value.clone();
    }
    ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap()
}

fn refusing(filters: &Value, other: &Value) -> Vec<FilterName> {
    let own = details(&json!({ "filters": filters }));
    own.filters.refusing(&own, &details(other)).collect()
}

#[test]
fn each_filter_refuses_who_lacks_what_it_asks_for_and_nobody_else() {
    let cases = [
        (json!({"fields": ["design", "data"]}), json!({"field": "crafts"}), FilterName::Fields),
        (json!({"goals": ["learn"]}), json!({"goals": ["hire"]}), FilterName::Goals),
        (json!({"goals": ["learn"]}), json!({"goals": []}), FilterName::Goals),
        (json!({"languages": ["DE", "en"]}), json!({"languages": ["fi"]}), FilterName::Languages),
        (json!({"countries": ["de", "AT"]}), json!({"place": null}), FilterName::Countries),
        (json!({"min_experience_years": 5}), json!({"experience_years": 4}), FilterName::ExperienceYears),
        (json!({"max_experience_years": 5}), json!({"experience_years": 6}), FilterName::ExperienceYears),
        (
            json!({"max_distance_km": 100}),
            json!({"place": {"city": "Berlin", "country": "DE", "latitude": 52.52, "longitude": 13.4}}),
            FilterName::DistanceKm,
        ),
        (json!({"max_distance_km": 100}), json!({"place": {"city": "Halle", "country": "DE"}}), FilterName::DistanceKm),
    ];
    for (filters, other, name) in cases {
        assert_eq!(refusing(&filters, &other), [name], "{filters} {other}");
        assert_eq!(refusing(&filters, &json!({})), [], "{filters}");
        assert_eq!(refusing(&json!({}), &other), [], "no filter asks for nothing");
    }
}

#[test]
fn one_city_is_near_even_without_coordinates() {
    let there = json!({"place": {"city": "leipzig", "country": "DE"}});
    assert_eq!(refusing(&json!({"max_distance_km": 1}), &there), []);
}

#[test]
fn people_suit_each_other_only_if_both_are_admitted() {
    let picky = details(&json!({"field": "data", "filters": {"fields": ["design"]}}));
    let (designer, engineer) = (details(&json!({})), details(&json!({"field": "technology"})));
    let also_picky = details(&json!({"filters": {"fields": ["crafts"]}}));
    assert!(suit_each_other(&picky, &designer) && suit_each_other(&designer, &picky));
    assert!(!suit_each_other(&picky, &engineer) && !suit_each_other(&engineer, &picky));
    assert!(!suit_each_other(&picky, &also_picky) && !suit_each_other(&also_picky, &picky));
}

#[test]
fn every_filter_that_breaks_a_rule_is_named() {
    let body = json!({
        "name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC",
        "filters": {
            "fields": ["magic"], "goals": ["learn", "conquer"], "languages": ["x"], "countries": ["XX"],
            "min_experience_years": -1, "max_distance_km": 0,
        },
    });
    let error = ProfileDetails::parse(&serde_json::from_value(body).unwrap()).unwrap_err();
    let named: Vec<_> = error.fields().iter().map(|field| field.field.as_ref()).collect();
    let expected = [
        "filters.fields[0]",
        "filters.goals[1]",
        "filters.languages[0]",
        "filters.countries[0]",
        "filters.min_experience_years",
        "filters.max_distance_km",
    ];
    assert_eq!(named, expected);
    let crossed = json!({
        "name": "Sam", "field": "design", "experience_years": 5, "time_zone": "UTC",
        "filters": {"min_experience_years": 6, "max_experience_years": 5},
    });
    let error = ProfileDetails::parse(&serde_json::from_value(crossed).unwrap()).unwrap_err();
    assert_eq!(error.fields()[0].field, "filters.max_experience_years");
}
