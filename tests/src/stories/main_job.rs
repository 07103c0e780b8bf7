//! The main job, from two mail addresses to a conversation.

use serde_json::json;

use crate::support::{Person, Story, eventually};

#[test]
fn two_strangers_find_match_and_talk_to_each_other() {
    let story = Story::in_peace();
    let (ada, bob) = (story.newcomer("Ada"), story.newcomer("Bob"));
    ada.writes_profile(&json!({
        "name": "Ada", "field": "technology", "experience_years": 9, "skills": ["Rust", "PostgreSQL"],
        "interests": ["chess"], "goals": ["co-founder"], "languages": ["en", "de"], "time_zone": "Europe/Berlin",
    }));
    bob.writes_profile(&json!({
        "name": "Bob", "field": "design", "experience_years": 6, "skills": ["UX design", "Figma"],
        "interests": ["chess"], "goals": ["co-founder"], "languages": ["en"], "time_zone": "Europe/Paris",
    }));

    // Both sides see the same once their interests were read; before, one may look a moment earlier than the other.
    eventually("their words to be compared", || {
        let score = ada.gets(&format!("/v1/matches/{}", bob.id)).expect(200)["score"].clone();
        (!score["versions"]["embedding"].is_null()).then_some(())
    });
    let seen = ada.suggestion_of(&bob).expect("Ada is shown Bob");
    let total = seen["score"]["total"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&total));
    let interests = component(&seen, "interests");
    assert!(interests["reasons"][0]["text"].as_str().unwrap().contains("chess"), "{interests}");
    let explained = bob.gets(&format!("/v1/matches/{}", ada.id)).expect(200);
    assert_eq!(explained["score"], seen["score"], "a score is the same from both sides");

    let mut ada_hears = ada.connects();
    assert_eq!(ada.likes(&bob)["state"], "liked");
    let conversation = bob.matches_with(&ada);
    let told = ada_hears.hears("match.new");
    assert_eq!((told["user_id"].as_str(), told["conversation_id"].as_str()), (Some(&*bob.id), Some(&*conversation)));
    assert!(!ada.is_shown(&bob) && !bob.is_shown(&ada), "people who met are not suggested again");

    let mut bob_hears = bob.connects();
    let hello = ada_hears.says(&conversation, "a1", "Hello Bob! Shall we build something?");
    let heard = bob_hears.hears("message.new");
    assert_eq!((heard["seq"].as_u64(), heard["sender_id"].as_str()), (Some(1), Some(&*ada.id)));
    assert_eq!(heard["message_id"], hello["message_id"]);
    let answer = bob_hears.says(&conversation, "b1", "Gladly ♟");
    assert_eq!(
        ada_hears.wait_for("Bob's answer", |frame| frame["data"]["seq"] == 2)["data"]["message_id"],
        answer["message_id"]
    );
    let said: Vec<_> = ada.reads(&conversation);
    assert_eq!(said, [(1, "Hello Bob! Shall we build something?".into()), (2, "Gladly ♟".into())]);
}

#[test]
fn a_profile_is_shown_as_written_and_only_the_owner_sees_its_version() {
    let story = Story::in_peace();
    let (ada, bob) = (story.newcomer("Ada"), story.resident("Bob"));
    ada.gets("/v1/me").expect_problem(404, "profile_not_found");
    let first = ada.writes_profile(&Person::profile("Ada"));
    assert_eq!((first["version"].as_u64(), first["user_id"].as_str()), (Some(1), Some(&*ada.id)));
    let second = ada.writes_profile(&Person::profile("Ada Lovelace"));
    assert_eq!(second["version"], 2);
    assert_eq!(ada.gets("/v1/me").expect(200), second);
    let public = bob.gets(&format!("/v1/profiles/{}", ada.id)).expect(200);
    assert_eq!((public["name"].as_str(), public.get("version")), (Some("Ada Lovelace"), None));
}

fn component<'i>(item: &'i serde_json::Value, name: &str) -> &'i serde_json::Value {
    let components = item["score"]["components"].as_array().unwrap();
    components.iter().find(|component| component["name"] == name).unwrap_or_else(|| panic!("no {name} in {item}"))
}
