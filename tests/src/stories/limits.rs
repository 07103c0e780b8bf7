//! Limits: who is stopped, who is not, and what they are told.

use std::time::UNIX_EPOCH;

use serde_json::json;
use shared::domain::limit::{LOGIN_PER_NETWORK, Limit, OAUTH_PER_NETWORK, Subject};
use shared::domain::time::Timestamp;

use crate::support::{Answer, CALLBACK, Flow, PASSWORD, Person, Story, any_address, fresh_address};

fn guesses(story: &Story, address: &str, email: &str, password: &str) -> Answer {
    story.town.post_from(address, "/v1/auth/login", &json!({ "email": email, "password": password }))
}

#[test]
fn a_guesser_is_stopped_and_the_owner_at_home_is_not() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let eve = any_address();
    for _ in 0..10 {
        guesses(&story, &eve, &ada.email, "not the password").expect_problem(401, "invalid_credentials");
    }
    let stopped = guesses(&story, &eve, &ada.email, "not the password");
    let wait: u64 = stopped.header("retry-after").parse().unwrap();
    assert!((1..=15 * 60).contains(&wait), "{wait}");
    assert_eq!((stopped.header("ratelimit-limit"), stopped.header("ratelimit-remaining")), ("10", "0"));
    stopped.expect_problem(429, "code_required");
    // Not even the right password says that it is right.
    guesses(&story, &eve, &ada.email, PASSWORD).expect_problem(429, "code_required");
    ada.signs_in();
}

#[test]
fn two_people_behind_one_address_are_not_one_person() {
    let story = Story::in_peace();
    let (ada, bob) = (story.newcomer("Ada"), story.newcomer("Bob"));
    let office = any_address();
    for _ in 0..11 {
        guesses(&story, &office, &bob.email, "has forgotten it");
    }
    guesses(&story, &office, &bob.email, PASSWORD).expect_problem(429, "code_required");
    guesses(&story, &office, &ada.email, PASSWORD).expect(200);
}

#[test]
fn a_flood_from_everywhere_does_not_keep_the_owner_out() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    for _ in 0..51 {
        guesses(&story, &any_address(), &ada.email, "not the password");
    }
    ada.tries_to_sign_in(PASSWORD).expect_problem(429, "code_required");
    let (sign_in_id, code) = ada.asks_for_a_code("/v1/auth/login/code", 2);
    let comes_in = |password: &str, code: &str| {
        let body = json!({ "email": ada.email, "password": password, "sign_in_id": sign_in_id, "code": code });
        story.town.post(None, "/v1/auth/login", &body)
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    comes_in(PASSWORD, wrong).expect_problem(422, "invalid_code");
    comes_in(PASSWORD, &code).expect(200);
    comes_in(PASSWORD, &code).expect_problem(422, "invalid_code");
}

#[test]
fn a_code_of_ones_own_opens_no_other_account() {
    let story = Story::in_peace();
    let (ada, eve) = (story.newcomer("Ada"), story.newcomer("Eve"));
    let (sign_in_id, code) = eve.asks_for_a_code("/v1/auth/login/code", 2);
    let body = json!({ "email": ada.email, "password": PASSWORD, "sign_in_id": sign_in_id, "code": code });
    story.town.post(None, "/v1/auth/login", &body).expect_problem(401, "invalid_credentials");
}

#[test]
fn nobody_can_have_somebody_flooded_with_mail() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let asks = |email: &str| {
        let answer = story.town.post(None, "/v1/auth/password/forgot", &json!({ "email": email }));
        if let Some(id) = answer.body["reset_id"].as_str() {
            story.remember(id);
        }
        answer
    };
    // Her own registration was the first of six mails.
    for _ in 0..5 {
        asks(&ada.email).expect(202);
    }
    asks(&ada.email).expect_problem(429, "too_many_requests");
    // Nobody learns from the limit whether there is an account.
    for _ in 0..6 {
        asks("nobody.ever@example.org").expect(202);
    }
    asks("nobody.ever@example.org").expect_problem(429, "too_many_requests");
    story.town.mails_to(&ada.email, 6);
}

#[test]
fn answers_say_how_much_is_left() {
    let story = Story::in_peace();
    let answer = guesses(&story, &any_address(), "nobody.here@example.org", "not the password");
    assert_eq!((answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")), ("10", "9"));
    assert!(answer.header("ratelimit-reset").parse::<u64>().unwrap() <= 15 * 60);
}

#[test]
fn a_network_cannot_register_without_end() {
    let story = Story::in_peace();
    let farm = any_address();
    let register = |number: usize| {
        let body = json!({ "email": format!("farm.{number}@example.org"), "password": "short" });
        story.town.post_from(&farm, "/v1/auth/register", &body)
    };
    // What is refused anyway costs nothing and is not counted.
    for number in 0..3 {
        register(number).expect_problem(422, "invalid_field");
    }
    let arrivals: Vec<u16> = (0..61).map(|number| Person::knocks_from(&story, &farm, number)).collect();
    assert_eq!(arrivals.iter().filter(|status| **status == 202).count(), 60);
    assert_eq!(arrivals.last(), Some(&429));
}

/// As if all but `left` of what a network may do had been done from this address already.
fn has_left(story: &Story, address: &str, limit: &Limit, left: u32) {
    let subject = Subject::network(address.parse().unwrap());
    let window = limit.window_of(&subject, Timestamp::from_unix_seconds(UNIX_EPOCH.elapsed().unwrap().as_secs()));
    let counter = json!({
        "pk": { "S": format!("LIMIT#{}#{}", limit.name, subject.as_str()) },
        "sk": { "S": format!("{}#0", window.number) },
        "count": { "N": (limit.max - left).to_string() },
        "expires_at": { "N": window.ends_at.unix_seconds().to_string() },
    });
    story.town.put_item("Ops", &counter);
}

fn stands_at(answer: &Answer) -> (&str, &str) {
    (answer.header("ratelimit-limit"), answer.header("ratelimit-remaining"))
}

#[test]
fn a_network_cannot_start_sign_ins_at_a_provider_without_end() {
    let story = Story::with_providers();
    let school = any_address();
    let starts = |redirect_uri: &str| {
        let body = json!({ "redirect_uri": redirect_uri });
        story.town.post_from(&school, "/v1/auth/oauth/google/start", &body)
    };
    has_left(&story, &school, &OAUTH_PER_NETWORK, 2);
    // What is refused anyway costs nothing and is not counted.
    for _ in 0..3 {
        starts("https://evil.example/callback").expect_problem(422, "invalid_field");
    }
    for remaining in ["1", "0"] {
        let started = starts(CALLBACK);
        assert_eq!(stands_at(&started), ("300", remaining));
        started.expect(200);
    }
    let stopped = starts(CALLBACK);
    let wait: u64 = stopped.header("retry-after").parse().unwrap();
    assert!((1..=15 * 60).contains(&wait), "{wait}");
    stopped.expect_problem(429, "too_many_requests");
    // Whoever is on the way already arrives, and others are not stopped at all.
    let flow = Flow::start(&story, "google").signs_in(&fresh_address("pupil"));
    flow.finish_from(&story, &school).expect(200);
}

#[test]
fn sign_ins_at_a_provider_are_counted_with_those_by_password() {
    let story = Story::with_providers();
    let school = any_address();
    let [first, second] = ["first", "second"].map(|name| Flow::start(&story, "github").signs_in(&fresh_address(name)));
    has_left(&story, &school, &LOGIN_PER_NETWORK, 2);
    let lost = Flow { state: "made-up".to_owned(), ..first.clone() }.finish_from(&story, &school);
    assert_eq!(stands_at(&lost), ("300", "1"));
    lost.expect_problem(401, "oauth_failed");
    let came_in = first.finish_from(&story, &school);
    assert_eq!(stands_at(&came_in), ("300", "0"));
    came_in.expect(200);
    second.finish_from(&story, &school).expect_problem(429, "too_many_requests");
    guesses(&story, &school, "nobody.here@example.org", PASSWORD).expect_problem(429, "too_many_requests");
    // The flow that was stopped is not used up.
    second.finish(&story).expect(200);
}
