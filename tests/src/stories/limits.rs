//! Limits: who is stopped, who is not, and what they are told.

use std::time::Duration;

use serde_json::{Value, json};
use shared::domain::limit::{LIKE_PER_PERSON, Limit, SEND_PER_PERSON, Subject};
use shared::domain::time::Timestamp;

use crate::support::{Answer, Fault, On, PASSWORD, Person, Story, any_address, eventually};

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

/// What somebody has done already in a window that lasts for a while yet.
fn has_done(person: &Person<'_>, limit: &'static Limit, count: u32) {
    let subject = Subject::person(person.id.parse().unwrap());
    let window = eventually("a window that does not end at once", || {
        let now = Timestamp::from_unix_seconds(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs());
        let window = limit.window_of(&subject, now);
        (window.ends_at.since(now) > Duration::from_secs(25)).then_some(window)
    });
    let counter = json!({
        "pk": { "S": format!("LIMIT#{}#{}", limit.name, subject.as_str()) }, "sk": { "S": format!("{}#0", window.number) },
        "count": { "N": count.to_string() }, "expires_at": { "N": window.ends_at.unix_seconds().to_string() },
    });
    person.town().put_item("Ops", &counter);
}

#[test]
fn a_person_sends_so_many_messages_a_minute_through_both_doors_together() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let mut socket = ada.connects();
    has_done(&ada, &SEND_PER_PERSON, SEND_PER_PERSON.max - 4);
    // What is refused anyway costs nothing and is not counted.
    ada.tries_to_say(&conversation, "a0", "").expect_problem(422, "invalid_field");
    let first = ada.tries_to_say(&conversation, "a1", "one");
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("120", "3"));
    first.expect(201);
    socket.says(&conversation, "a2", "two");
    socket.says(&conversation, "a3", "three");
    let last = ada.tries_to_say(&conversation, "a4", "four");
    assert_eq!(last.header("ratelimit-remaining"), "0");
    last.expect(201);

    let frame = json!({ "conversation_id": conversation, "client_id": "a5", "text": "five" });
    let (kind, problem) = socket.ask("chat.send", &frame);
    assert_eq!((kind.as_str(), &problem["code"]), ("error", &json!("too_many_requests")), "{problem}");
    assert!((1..=60).contains(&problem["retry_after"].as_u64().unwrap()), "{problem}");
    let refused = ada.tries_to_say(&conversation, "a6", "six");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!((refused.header("ratelimit-limit"), refused.header("ratelimit-remaining")), ("120", "0"));
    assert_eq!(refused.expect_problem(429, "too_many_requests")["retry_after"], wait);

    // Nothing of what was refused is stored, and the other one may go on.
    assert_eq!(bob.says(&conversation, "b1", "and I?")["seq"], 5);
    let texts: Vec<_> = bob.reads(&conversation).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["one", "two", "three", "four", "and I?"]);
    let send = format!("CID#{}#a5", ada.id);
    assert!(story.town.item("Chat", &format!("CONV#{conversation}"), &send).is_none());
}

#[test]
fn counting_a_sender_costs_no_round_trip() {
    let story = Story::in_trouble();
    let (ada, _bob, conversation) = story.couple();
    let (faults, counter) = (story.town.faults(), format!("LIMIT#send.person#USER#{}", ada.id));
    // Neither the counter nor the first read is answered before both are on the wire.
    faults.next(100, On::call("UpdateItem", &counter), Fault::Hold);
    faults.next(100, On::call("BatchGetItem", &conversation), Fault::Hold);
    let sent = std::thread::scope(|scope| {
        let send = scope.spawn(|| ada.tries_to_say(&conversation, "a1", "at once"));
        eventually("both on the wire", || {
            (faults.befallen(&counter) > 0 && faults.befallen(&conversation) > 0).then_some(())
        });
        faults.calm(&counter);
        faults.calm(&conversation);
        send.join().unwrap()
    });
    assert_eq!(sent.expect(201)["seq"], 1);
}

#[test]
fn a_person_likes_so_many_a_day_and_passes_on_as_many_as_they_want() {
    let story = Story::in_peace();
    let (ada, bob, eve) = (story.resident("Ada"), story.resident("Bob"), story.resident("Eve"));
    has_done(&ada, &LIKE_PER_PERSON, LIKE_PER_PERSON.max - 2);
    let like = |intro: Value| ada.puts(&format!("/v1/likes/{}", bob.id), &json!({ "intro": intro }));
    like(json!(5)).expect_problem(422, "invalid_field");
    let answer = like(Value::Null);
    assert_eq!((answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")), ("200", "1"));
    answer.expect(200);
    // Liking twice changes nothing, and counts.
    assert_eq!(like(Value::Null).header("ratelimit-remaining"), "0");
    let refused = ada.tries_to_like(&eve);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=24 * 60 * 60).contains(&wait), "{wait}");
    refused.expect_problem(429, "too_many_requests");
    assert_eq!(eve.likes(&ada)["state"], "liked", "what was refused is no like");
    ada.puts(&format!("/v1/passes/{}", bob.id), &json!({})).expect(204);
    ada.puts(&format!("/v1/passes/{}", eve.id), &json!({})).expect(204);
}
