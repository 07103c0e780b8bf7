//! The candidate index: lists stay right while it is built, and after it.

use serde_json::{Value, json};

use crate::support::{Person, Story, Town, eventually};

fn build(town: &Town) {
    assert_eq!(town.stack.invoke("index-build", &json!({ "all": true })).unwrap(), Value::Null);
}

#[test]
fn what_people_do_after_a_build_is_seen_at_once() {
    let story = Story::alone();
    let town = story.town;
    let (ada, bob, eve) = (story.resident("Ada"), story.resident("Bob"), story.resident("Eve"));
    build(town);
    town.restart("matching");
    for other in [&bob, &eve] {
        eventually("people from the segments", || ada.is_shown(other).then_some(()));
    }
    let mut profile = Person::profile("Bob");
    profile["headline"] = json!("Sails");
    bob.writes_profile(&profile);
    assert_eq!(ada.suggestion_of(&bob).unwrap()["headline"], "Sails", "what is shown is read afresh");
    let dan = story.resident("Dan");
    eventually("somebody who came after the build", || ada.is_shown(&dan).then_some(()));
    profile["visible"] = json!(false);
    bob.writes_profile(&profile);
    eve.blocks(&ada);
    assert!(!ada.is_shown(&bob) && !ada.is_shown(&eve), "neither who hides nor who blocks, wherever they are stored");
    profile["visible"] = json!(true);
    bob.writes_profile(&profile);
    eventually("somebody who is back", || ada.is_shown(&bob).then_some(()));
    build(town);
    build(town);
    town.restart("matching");
    eventually("the same people after another build", || (ada.is_shown(&bob) && ada.is_shown(&dan)).then_some(()));
}

#[test]
fn an_order_that_nobody_understands_builds_nothing() {
    let story = Story::in_peace();
    assert!(story.town.stack.invoke("index-build", &json!({ "everything": true })).is_err());
}
