//! Who is shown to whom.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{Circle, Person, Story, Town};

#[test]
fn who_passed_liked_or_hides_is_not_shown() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let [ada, bob, cem, dora] = ["Ada", "Bob", "Cem", "Dora"].map(|name| circle.member(name, &json!({})));
    let shown = |person: &Person<'_>| circle.names(person, "").into_iter().collect::<BTreeSet<_>>();
    assert_eq!(shown(&ada), BTreeSet::from(["Bob", "Cem", "Dora"].map(str::to_owned)), "they are new here");
    ada.puts(&format!("/v1/passes/{}", bob.id), &json!({})).expect(204);
    ada.likes(&cem);
    dora.writes_profile(&circle.profile("Dora", &json!({ "visible": false })));
    assert_eq!(shown(&ada), BTreeSet::new());
    assert!(shown(&cem).contains("Ada"), "a like does not hide its sender from the one who was liked");
    ada.gets(&format!("/v1/profiles/{}", dora.id)).expect_problem(404, "profile_not_found");
}

#[test]
fn an_edit_changes_the_very_next_score() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let path = format!("/v1/matches/{}", bob.id);
    let before = ada.gets(&path).expect(200);
    let mut profile = Person::profile("Bob");
    profile["interests"] = json!(["bird watching"]);
    profile["languages"] = json!(["fi"]);
    bob.writes_profile(&profile);
    let after = ada.gets(&path).expect(200);
    assert!(after["score"]["total"].as_f64() < before["score"]["total"].as_f64(), "{after}");
}

#[test]
fn two_likes_at_the_same_moment_make_one_match() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let people = [(&ada, &bob), (&bob, &ada)];
    let answers = Town::at_once(2, |n| people[n].0.likes(people[n].1));
    let matched: Vec<_> = answers.iter().filter(|answer| answer["state"] == "matched").collect();
    assert!(!matched.is_empty(), "{answers:?}");
    story.remember(matched[0]["conversation_id"].as_str().unwrap());
    for (person, other) in people {
        let connections = person.gets("/v1/connections").expect(200);
        assert_eq!(connections["items"].as_array().unwrap().len(), 1);
        assert_eq!(connections["items"][0]["user_id"], other.id);
    }
}

#[test]
fn without_a_profile_there_is_nobody_to_compare_with() {
    let story = Story::in_peace();
    let shy = story.newcomer("Shy");
    shy.gets("/v1/matches").expect_problem(409, "profile_missing");
}
