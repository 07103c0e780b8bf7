//! Lists of people: what they are asked for, their pages, and why somebody is not in them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Circle, Person, Story, names};

fn visibility(person: &Person<'_>, other: &Person<'_>) -> Value {
    person.gets(&format!("/v1/matches/{}/visibility", other.id)).expect(200)["obstacles"].clone()
}

fn codes(obstacles: &Value) -> Vec<&str> {
    obstacles.as_array().unwrap().iter().map(|obstacle| obstacle["code"].as_str().unwrap()).collect()
}

#[test]
fn people_meet_if_both_have_what_the_other_one_asks_for() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let ada = circle.member("Ada", &json!({ "filters": { "fields": ["design"], "min_experience_years": 3 } }));
    let dan = circle.member("Dan", &json!({ "field": "design" }));
    let pia = circle.member("Pia", &json!({ "field": "design", "filters": { "fields": ["data"] } }));
    let nan = circle.member("Nan", &json!({ "field": "design", "experience_years": 1 }));
    let tim = circle.member("Tim", &json!({}));
    assert_eq!(circle.names(&ada, ""), ["Dan"]);
    assert_eq!(
        circle.names(&dan, "fields=technology"),
        BTreeSet::from(["Ada".to_owned(), "Tim".to_owned()]).into_iter().collect::<Vec<_>>()
    );
    for kept_out in [&pia, &nan, &tim] {
        assert!(!circle.names(kept_out, "").contains(&"Ada".to_owned()), "{}", kept_out.name);
    }
    assert_eq!(visibility(&ada, &nan)[0]["filter"], "experience_years");
    assert_eq!(visibility(&ada, &tim)[0]["filter"], "fields");
    let (open, picky) = (visibility(&ada, &dan), visibility(&ada, &pia));
    assert_eq!(open, picky, "a filter of the other one is not told");
    assert!(!tim.gets(&format!("/v1/profiles/{}", ada.id)).expect(200).to_string().contains("filters"));

    ada.writes_profile(&circle.profile("Ada", &json!({ "filters": { "fields": ["technology"] } })));
    assert_eq!(circle.names(&ada, ""), ["Tim"], "one's own edit holds at once");
    assert_eq!(ada.gets("/v1/me").expect(200)["filters"]["fields"], json!(["technology"]));
}

#[test]
fn a_list_shows_what_it_is_asked_for() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let place = |city: &str, latitude: f64, longitude: f64| json!({ "place": { "city": city, "country": "DE", "latitude": latitude, "longitude": longitude } });
    let ada = circle.member("Ada", &place("Leipzig", 51.34, 12.37));
    let hal = circle.member("Hal", &place("Halle", 51.48, 11.97));
    let mia = circle.member("Mia", &place("München", 48.14, 11.58));
    let tea = circle.member("Tea", &json!({ "field": "data" }));
    assert_eq!(circle.names(&ada, "within_km=60"), ["Hal"]);
    assert_eq!(circle.names(&ada, "fields=data,crafts"), ["Tea"]);
    assert_eq!(circle.names(&ada, "new_here=true").len(), 3);
    assert_eq!(circle.names(&ada, "online_now=true"), [""; 0]);
    let _socket = mia.connects();
    assert_eq!(circle.names(&ada, "online_now=true"), ["Mia"]);
    assert_eq!(circle.names(&ada, "online_now=true&fields=data"), [""; 0]);
    let coordinates = &ada.gets("/v1/me").expect(200)["coordinates"];
    assert_eq!((&coordinates["latitude"], &coordinates["longitude"]), (&json!(51.3), &json!(12.4)));
    let seen = tea.gets(&format!("/v1/profiles/{}", hal.id)).expect(200).to_string();
    assert!(!seen.contains("latitude"), "nobody else is told where exactly: {seen}");
}

#[test]
fn pages_show_everybody_once_and_nobody_who_must_not_be_shown() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let ada = circle.member("Ada", &json!({}));
    let people: Vec<_> = (0..7)
        .map(|years| circle.member(&format!("Guest {years}"), &json!({ "experience_years": years * 3 })))
        .collect();
    let all = circle.names(&ada, "limit=100");
    assert_eq!(all.len(), 7);
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = circle.asks(&ada, &format!("limit=3{cursor}")).expect(200);
        seen.extend(names(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
        if seen.len() == 3 {
            let last = people.iter().find(|person| Some(&person.name) == all.last()).unwrap();
            ada.puts(&format!("/v1/passes/{}", last.id), &json!({})).expect(204);
            let blocker = people.iter().find(|person| Some(&person.name) == all.get(4)).unwrap();
            blocker.blocks(&ada);
        }
    }
    assert_eq!(seen, [&all[..4], &all[5..6]].concat());
}

#[test]
fn a_cursor_is_good_for_one_person_one_list_and_its_edition() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let (ada, bob) = (circle.member("Ada", &json!({})), circle.member("Bob", &json!({})));
    let _others: Vec<_> = (0..3).map(|n| circle.member(&format!("Guest {n}"), &json!({}))).collect();
    let cursor = circle.asks(&ada, "limit=1").expect(200)["next_cursor"].as_str().unwrap().to_owned();
    let go_on = |person, query: &str| circle.asks(person, &format!("limit=1&cursor={cursor}{query}"));
    assert_eq!(names(&go_on(&ada, "").expect(200)).len(), 1);
    assert_eq!(go_on(&bob, "").expect_problem(422, "invalid_field")["field"], "cursor");
    assert_eq!(go_on(&ada, "&fields=data").expect_problem(422, "invalid_field")["field"], "cursor");
    circle.asks(&ada, "cursor=nonsense").expect_problem(422, "invalid_field");
    ada.writes_profile(&circle.profile("Ada", &json!({ "experience_years": 20 })));
    go_on(&ada, "").expect_problem(409, "cursor_outdated");
}

#[test]
fn parameters_that_make_no_sense_are_named() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1000000000", "limit"),
        ("fields=magic", "fields"),
        ("languages=english", "languages"),
        ("within_km=0", "within_km"),
        ("within_km=50", "within_km"),
    ] {
        let problem = ada.gets(&format!("/v1/matches?{query}")).expect_problem(422, "invalid_field");
        assert_eq!(problem["field"], field, "{query}");
    }
    let all = ada.gets("/v1/matches?limit=0&fields=x&languages=x&within_km=0").expect_problem(422, "invalid_field");
    assert_eq!(all["errors"].as_array().unwrap().len(), 4, "{all}");
    for query in ["limit=-1", "limit=ten", "online_now=perhaps", "colour=red", "limit=1&limit=2"] {
        ada.gets(&format!("/v1/matches?{query}")).expect_problem(400, "malformed_request");
    }
}

#[test]
fn one_is_told_why_somebody_is_not_listed_but_never_of_a_block() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let member = |name| circle.member(name, &json!({}));
    let (ada, lea, pat, bob) = (member("Ada"), member("Lea"), member("Pat"), member("Bob"));
    assert_eq!(visibility(&ada, &lea), json!([]));
    ada.likes(&lea);
    assert_eq!(codes(&visibility(&ada, &lea)), ["liked"]);
    ada.puts(&format!("/v1/passes/{}", pat.id), &json!({})).expect(204);
    assert_eq!(codes(&visibility(&ada, &pat)), ["passed"]);
    lea.matches_with(&ada);
    assert_eq!(codes(&visibility(&ada, &lea)), ["connected"]);
    pat.likes(&ada);
    pat.writes_profile(&circle.profile("Pat", &json!({ "visible": false })));
    assert_eq!(codes(&visibility(&ada, &pat)), ["passed", "hiding"]);

    let ask = |id: &str| ada.gets(&format!("/v1/matches/{id}/visibility")).expect_problem(404, "profile_not_found");
    let mut answers: Vec<Value> = Vec::new();
    bob.blocks(&ada);
    answers.push(ask(&bob.id));
    bob.town().delete(Some(&bob.token()), &format!("/v1/blocks/{}", ada.id)).expect(204);
    ada.blocks(&bob);
    answers.push(ask(&bob.id));
    let hermit = circle.member("Hermit", &json!({ "visible": false }));
    answers.extend([&hermit.id, &ada.id, "01a1fc65-ead8-7283-87bd-99f7886000ee"].map(ask));
    for answer in &mut answers {
        answer["request_id"] = Value::Null;
    }
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    story.newcomer("Shy").gets(&format!("/v1/matches/{}/visibility", ada.id)).expect_problem(409, "profile_missing");
}
