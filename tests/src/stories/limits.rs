//! Limits: who is stopped, who is not, and what they are told.

use serde_json::json;
use shared::domain::limit::{
    CODE_PER_NETWORK, LOGIN_PER_NETWORK, MAIL_PER_NETWORK, OAUTH_PER_NETWORK, PASSWORD_PER_PERSON,
    SIGN_IN_CODE_PER_PERSON, Subject,
};

use crate::support::{Answer, CALLBACK, Flow, PASSWORD, Person, Story, Town, any_address, fresh_address};

fn guesses(story: &Story, address: &str, email: &str, password: &str) -> Answer {
    story.town.post_from(address, "/v1/auth/login", &json!({ "email": email, "password": password }))
}

fn network(address: &str) -> Subject {
    Subject::network(address.parse().unwrap())
}

fn asks_to_reset(story: &Story, address: &str, email: &str) -> Answer {
    let answer = story.town.post_from(address, "/v1/auth/password/forgot", &json!({ "email": email }));
    if let Some(id) = answer.body["reset_id"].as_str() {
        story.remember(id);
    }
    answer
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
    // The flood asks for all the mails that strangers can cause, and for codes under passwords that are wrong.
    for _ in 0..20 {
        asks_to_reset(&story, &any_address(), &ada.email);
        let guess = json!({ "email": ada.email, "password": "not the password" });
        let id = story.town.post(None, "/v1/auth/login/code", &guess).expect(202)["sign_in_id"].take();
        story.remember(id.as_str().unwrap());
    }
    asks_to_reset(&story, &any_address(), &ada.email).expect_problem(429, "too_many_requests");
    // Her registration was the first of twenty; hers is the one after them.
    let (sign_in_id, code) = ada.asks_for_a_sign_in_code(21);
    let comes_in = |password: &str, code: &str| {
        let body = json!({ "email": ada.email, "password": password, "sign_in_id": sign_in_id, "code": code });
        story.town.post(None, "/v1/auth/login", &body)
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    comes_in(PASSWORD, wrong).expect_problem(422, "invalid_code");
    // A slip of the finger costs a try and not the code.
    comes_in("not the password", &code).expect_problem(401, "invalid_credentials");
    let half = json!({ "email": ada.email, "password": PASSWORD, "code": code });
    let refused = story.town.post(None, "/v1/auth/login", &half).expect_problem(422, "invalid_field");
    assert_eq!(refused["field"], "sign_in_id");
    comes_in(PASSWORD, &code).expect(200);
    comes_in(PASSWORD, &code).expect_problem(422, "invalid_code");
}

#[test]
fn a_code_signs_in_once_even_at_the_same_moment() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let (sign_in_id, code) = ada.asks_for_a_sign_in_code(2);
    let body = json!({ "email": ada.email, "password": PASSWORD, "sign_in_id": sign_in_id, "code": code });
    let mut statuses = Town::at_once(4, |_| story.town.post(None, "/v1/auth/login", &body).status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422]);
}

#[test]
fn whoever_has_asked_for_too_many_codes_gets_the_same_answer_and_no_mail() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    story.has_left(&SIGN_IN_CODE_PER_PERSON, &Subject::person(ada.id.parse().unwrap()), 0);
    let right = json!({ "email": ada.email, "password": PASSWORD });
    let id = story.town.post(None, "/v1/auth/login/code", &right).expect(202)["sign_in_id"].take();
    story.remember(id.as_str().unwrap());
    asks_to_reset(&story, &any_address(), &ada.email).expect(202);
    let mails = story.town.mails_to(&ada.email, 2);
    assert!(mails.len() == 2 && mails[1].contains("new password"), "{mails:?}");
}

#[test]
fn what_is_used_up_is_refused_to_whoever_used_it_up() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let farm = any_address();
    story.has_left(&LOGIN_PER_NETWORK, &network(&farm), 0);
    story.has_left(&CODE_PER_NETWORK, &network(&farm), 0);
    story.has_left(&PASSWORD_PER_PERSON, &Subject::person(ada.id.parse().unwrap()), 0);

    let credentials = json!({ "email": ada.email, "password": PASSWORD });
    let code = json!({ "registration_id": ada.id, "code": "123456" });
    story.has_left(&MAIL_PER_NETWORK, &network(&farm), 0);
    let address = json!({ "email": ada.email });
    let reset = json!({ "reset_id": ada.id, "code": "123456", "password": "staple battery" });
    for (path, body) in [
        ("/v1/auth/login", &credentials),
        ("/v1/auth/login/code", &credentials),
        ("/v1/auth/password/forgot", &address),
        ("/v1/auth/resend", &json!({ "registration_id": ada.id })),
        ("/v1/auth/verify", &code),
        ("/v1/auth/password/reset", &reset),
    ] {
        story.town.post_from(&farm, path, body).expect_problem(429, "too_many_requests");
        let elsewhere = story.town.post_from(&any_address(), path, body);
        assert_ne!(elsewhere.status, 429, "{path}: {}", elsewhere.body);
        if let Some(id) = elsewhere.body["sign_in_id"].as_str().or(elsewhere.body["reset_id"].as_str()) {
            story.remember(id);
        }
    }
    let change = json!({ "current_password": PASSWORD, "password": "staple battery" });
    ada.posts("/v1/auth/password/change", &change).expect_problem(429, "too_many_requests");
}

#[test]
fn a_code_of_ones_own_opens_no_other_account() {
    let story = Story::in_peace();
    let (ada, eve) = (story.newcomer("Ada"), story.newcomer("Eve"));
    let (sign_in_id, code) = eve.asks_for_a_sign_in_code(2);
    let body = json!({ "email": ada.email, "password": PASSWORD, "sign_in_id": sign_in_id, "code": code });
    story.town.post(None, "/v1/auth/login", &body).expect_problem(401, "invalid_credentials");
}

#[test]
fn nobody_can_have_somebody_flooded_with_mail() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    // Nobody learns from the limit whether there is an account.
    for email in [&ada.email, "nobody.ever@example.org"] {
        let eve = any_address();
        for _ in 0..6 {
            asks_to_reset(&story, &eve, email).expect(202);
        }
        asks_to_reset(&story, &eve, email).expect_problem(429, "too_many_requests");
        asks_to_reset(&story, &any_address(), email).expect(202);
    }
    // Her own registration was the first mail.
    story.town.mails_to(&ada.email, 8);
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
    story.has_left(&OAUTH_PER_NETWORK, &network(&school), 2);
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
    story.has_left(&LOGIN_PER_NETWORK, &network(&school), 2);
    let lost = Flow { state: "A".repeat(43), ..first.clone() }.finish_from(&story, &school);
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
