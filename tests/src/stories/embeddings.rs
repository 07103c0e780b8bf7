//! What people say in their own words, from their profile to a reason in a score.

use serde_json::{Value, json};

use crate::support::{Person, Story, eventually};

const BOATS: &str = "I build wooden boats by hand and sail them along the coast.";
const SHIPS: &str = "Traditional boat builder. I repair old sailing ships and teach others how.";
const TAXES: &str = "Tax adviser for small companies; I like tidy ledgers and quiet evenings.";

/// A profile with these words and nothing else of one's own.
fn saying(name: &str, bio: &str) -> Value {
    json!({
        "name": name, "bio": bio, "field": "crafts", "experience_years": 7, "skills": ["woodworking"],
        "goals": ["collaborate"], "languages": ["en"], "time_zone": "Europe/Berlin",
    })
}

fn resident<'s>(story: &'s Story, name: &str, bio: &str) -> Person<'s> {
    let person = story.newcomer(name);
    person.writes_profile(&saying(name, bio));
    person
}

fn score(person: &Person<'_>, other: &Person<'_>) -> Value {
    person.gets(&format!("/v1/matches/{}", other.id)).expect(200)["score"].clone()
}

fn semantic(score: &Value) -> Option<Value> {
    let components = score["components"].as_array().unwrap();
    components.iter().find(|component| component["name"] == "semantic").cloned()
}

/// The component, once what both say has been read.
fn compared(person: &Person<'_>, other: &Person<'_>) -> Value {
    eventually("two texts to be compared", || semantic(&score(person, other)))
}

#[test]
fn what_two_people_say_becomes_a_reason() {
    let story = Story::in_peace();
    let (ada, bob, tim) =
        (resident(&story, "Ada", BOATS), resident(&story, "Bob", SHIPS), resident(&story, "Tim", TAXES));
    let close = compared(&ada, &bob);
    assert_eq!(close["reasons"][0]["code"], "text_similar", "{close}");
    let distant = compared(&ada, &tim);
    assert_eq!(distant["counter_reasons"][0]["code"], "text_distant", "{distant}");
    assert!(close["value"].as_f64() > distant["value"].as_f64());

    let (forth, back) = (score(&ada, &bob), score(&bob, &ada));
    assert_eq!(forth, back, "a score is the same from both sides");
    assert_eq!(forth["versions"]["embedding"], "all-MiniLM-L6-v2");
    assert_eq!(forth["not_compared"], json!([]));
    let listed = ada.suggestion_of(&bob).unwrap();
    assert_eq!(listed["score"], forth, "a list says what the pair says");
}

#[test]
fn the_same_words_are_worth_everything() {
    let story = Story::in_peace();
    let (ada, bob) = (resident(&story, "Ada", BOATS), resident(&story, "Bob", BOATS));
    let same = compared(&ada, &bob);
    assert_eq!((same["value"].as_f64(), &same["reasons"][0]["items"]), (Some(1.0), &json!(["1.00"])));
}

#[test]
fn an_edit_takes_back_what_was_said_at_once_and_is_read_a_moment_later() {
    let story = Story::in_peace();
    let (ada, bob) = (resident(&story, "Ada", BOATS), resident(&story, "Bob", SHIPS));
    let before = compared(&ada, &bob);
    bob.writes_profile(&saying("Bob", TAXES));
    let next = semantic(&score(&ada, &bob));
    assert_ne!(next, Some(before), "what was taken back is not compared");
    assert_eq!(compared(&ada, &bob)["counter_reasons"][0]["code"], "text_distant");
}

#[test]
fn who_says_nothing_is_matched_on_the_rest_and_told_so() {
    let story = Story::in_peace();
    let (ada, silent) = (resident(&story, "Ada", BOATS), resident(&story, "Kim", " "));
    let score = score(&ada, &silent);
    assert_eq!(semantic(&score), None);
    assert_eq!(score["not_compared"][0]["code"], "text_not_compared");
    assert_eq!(score["versions"]["embedding"], Value::Null);
    let weights = score["components"].as_array().unwrap().iter().map(|component| component["weight"].as_f64().unwrap());
    assert!((weights.sum::<f64>() - 1.0).abs() < 1e-3, "{score}");
}

/// The promises to read what somebody says, as `embed` would be sent them.
fn promises(story: &Story, person: &Person<'_>) -> Vec<Value> {
    let rows = story.town.outbox().into_iter().filter(|row| row.contains(&person.id) && row.contains("embed.profile"));
    rows.map(|row| {
        let row: Value = serde_json::from_str(&row).unwrap();
        let text = |name: &str| row[name]["S"].clone();
        let body = json!({
            "id": text("id"), "created_at": text("created_at"), "request_id": text("request_id"),
            "kind": text("kind"), "user_id": text("user_id"),
        });
        json!({ "messageId": text("id"), "body": body.to_string(), "eventSource": "aws:sqs" })
    })
    .collect()
}

/// While its model is missing, `embed` does not start, and what was promised can be counted.
#[test]
fn only_other_words_are_promised_and_a_missing_model_loses_none() {
    let story = Story::alone();
    let stack = &story.town.stack;
    let whole = stack.function_env("embed").unwrap()["APP_EMBEDDINGS_FOLDER"].as_str().unwrap().to_owned();
    stack.set_function_env("embed", &[("APP_EMBEDDINGS_FOLDER", "target/no-model")]).unwrap();
    let ada = resident(&story, "Ada", BOATS);
    let waiting = || {
        stack
            .queue_depths()
            .unwrap()
            .into_iter()
            .any(|queue| queue.name.contains("EmbedQueue") && queue.visible + queue.hidden > 0)
    };
    eventually("a message in the queue", || waiting().then_some(()));
    let promised = promises(&story, &ada);
    let refused = stack.invoke("embed", &json!({ "Records": &promised })).unwrap_err().to_string();
    assert!(refused.contains("the sentence model is missing: cannot read target/no-model/config.json"), "{refused}");
    assert!(promised.len() == 1 && waiting(), "what was promised waits");

    let mut profile = saying("Ada Lovelace", BOATS);
    profile["skills"] = json!(["Rust", "woodworking"]);
    profile["visible"] = json!(false);
    ada.writes_profile(&profile);
    assert_eq!(promises(&story, &ada).len(), 1, "nothing new was said");
    profile["bio"] = json!(" ");
    ada.writes_profile(&profile);
    assert_eq!(promises(&story, &ada).len(), 1, "there is nothing to read");
    profile["bio"] = json!(SHIPS);
    ada.writes_profile(&profile);
    let left = promises(&story, &ada);
    assert_eq!(left.len(), 2);

    stack.set_function_env("embed", &[("APP_EMBEDDINGS_FOLDER", &whole)]).unwrap();
    let answer = stack.invoke("embed", &json!({ "Records": left })).unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert!(promises(&story, &ada).is_empty());
    let stored = story.town.item("Profiles", &format!("USER#{}", ada.id), "EMBEDDING").unwrap();
    assert_eq!(stored["profile_version"]["N"], "4", "what is read is what the profile says by then");
}
