//! Who is there: with several devices, without a word of farewell, and for whom it is to be known.

use serde_json::{Value, json};

use crate::support::{Person, Socket, Story, eventually};

/// What the ack says of somebody; nothing if they are left out.
fn watches(socket: &mut Socket, people: &[&Person<'_>]) -> Vec<Value> {
    let ids: Vec<_> = people.iter().map(|person| &person.id).collect();
    let (kind, data) = socket.ask("presence.subscribe", &json!({ "user_ids": ids }));
    assert_eq!(kind, "ack", "{data}");
    data["presences"].as_array().unwrap().clone()
}

#[test]
fn somebody_is_there_from_their_first_device_to_their_last() {
    let story = Story::in_peace();
    let (ada, bob, _) = story.couple();
    let mut ada_sees = ada.connects();
    let absent = watches(&mut ada_sees, &[&bob]);
    assert_eq!((absent[0]["is_online"].as_bool(), absent[0].get("at")), (Some(false), None), "never seen");

    let (phone, laptop) = (bob.connects(), bob.connects());
    assert_eq!(ada_sees.hears("presence")["is_online"], true);
    drop(phone);
    eventually("the phone to be forgotten", || {
        let registry = story.town.item("Realtime", &format!("USER#{}", bob.id), "REGISTRY").unwrap();
        (registry["sockets"]["M"].as_object().unwrap().len() == 1).then_some(())
    });
    assert!(!ada_sees.has_heard(|frame| frame["data"]["is_online"] == false), "he still is there");
    drop(laptop);
    let gone = ada_sees.wait_for("his absence", |frame| frame["data"]["is_online"] == false)["data"].clone();
    assert_eq!((gone["user_id"].as_str(), gone["is_online"].as_bool()), (Some(&*bob.id), Some(false)));
    assert!(gone["at"].is_string(), "when he was seen last");
}

#[test]
fn whoever_vanishes_without_a_word_is_missed_when_their_lease_has_lapsed() {
    let story = Story::in_peace();
    let (ada, bob, _) = story.couple();
    let mut bob_sleeps = bob.connects();
    let mut ada_sees = ada.connects();
    assert_eq!(watches(&mut ada_sees, &[&bob])[0]["is_online"], true);
    eventually("it to be noted that he is there", || {
        let registry = story.town.item("Realtime", &format!("USER#{}", bob.id), "REGISTRY").unwrap();
        (registry["is_told_online"]["BOOL"] == true).then_some(())
    });

    // As if he had not been heard of for ten minutes.
    let key = format!("USER#{}", bob.id);
    let mut registry = story.town.item("Realtime", &key, "REGISTRY").unwrap();
    let lapsed = json!({ "S": "2026-01-01T00:00:00.000Z" });
    for socket in registry["sockets"]["M"].as_object_mut().unwrap().values_mut() {
        socket["M"]["lease_until"] = lapsed.clone();
    }
    registry["lease_until"] = lapsed;
    story.town.put_item("Realtime", &registry);
    story.town.stack.invoke("sweep", &json!({})).unwrap();
    ada_sees.wait_for("his absence", |frame| frame["data"]["is_online"] == false);
    bob_sleeps.is_closed();
}

#[test]
fn whoever_hides_is_not_there_for_anybody() {
    let story = Story::in_peace();
    let (ada, bob, _) = story.couple();
    let _bob_is_there = bob.connects();
    let mut ada_sees = ada.connects();
    assert_eq!(watches(&mut ada_sees, &[&bob])[0]["is_online"], true);
    bob.puts("/v1/me/settings", &json!({ "presence": "nobody" })).expect(200);
    let hidden = ada_sees.wait_for("his absence", |frame| frame["data"]["is_online"] == false)["data"].clone();
    assert!(hidden.get("at").is_none(), "nor is it told when he was seen: {hidden}");
    assert!(watches(&mut ada_sees, &[&bob]).is_empty());
    bob.puts("/v1/me/settings", &json!({ "presence": "connections" })).expect(200);
    ada_sees.wait_for("his return", |frame| frame["data"]["is_online"] == true);
    assert_eq!(watches(&mut ada_sees, &[&bob])[0]["is_online"], true);
}

#[test]
fn strangers_and_those_who_were_blocked_see_nothing() {
    let story = Story::in_peace();
    let (ada, bob, _) = story.couple();
    let eve = story.resident("Eve");
    let (mut ada_sees, mut eve_sees) = (ada.connects(), eve.connects());
    assert!(watches(&mut eve_sees, &[&bob, &ada]).is_empty());
    assert_eq!(watches(&mut ada_sees, &[&bob]).len(), 1);
    bob.blocks(&ada);
    drop(bob.connects());
    left(&bob);
    // What is told of somebody else comes after what would have been told of him.
    let cem = story.resident("Cem");
    ada.likes(&cem);
    cem.matches_with(&ada);
    // The watch on him stays as it was, and another socket watches Cem.
    let mut ada_sees_cem = ada.connects();
    watches(&mut ada_sees_cem, &[&cem]);
    let _cem_is_there = cem.connects();
    ada_sees_cem.hears("presence");
    assert_eq!(ada_sees.heard_so_far("presence") + eve_sees.heard_so_far("presence"), 0);
    assert!(watches(&mut ada_sees, &[&bob]).is_empty());
}

#[test]
fn whoever_hides_is_gone_once_and_then_comes_and_goes_unnoticed() {
    let story = Story::in_peace();
    let (ada, bob, _) = story.couple();
    let mut ada_sees = ada.connects();
    watches(&mut ada_sees, &[&bob]);
    let bob_is_there = bob.connects();
    ada_sees.wait_for("his arrival", |frame| frame["data"]["is_online"] == true);
    bob.sets(&json!({ "presence": "nobody" }));
    let gone = ada_sees.wait_for("his absence", |frame| frame["data"]["is_online"] == false)["data"].clone();
    drop(bob_is_there);
    left(&bob);
    for _ in 0..3 {
        drop(bob.connects());
        left(&bob);
    }
    bob.sets(&json!({ "presence": "connections" }));
    let version = |frame: &Value| frame["data"]["version"].as_u64();
    // The first thing that is told after that is where he has been seen last.
    let next = ada_sees.wait_for("his return", |frame| version(frame) > gone["version"].as_u64());
    assert!(next["data"]["at"].is_string(), "nothing was told while he hid: {next}");
}

/// Waits until it is noted that none of somebody's sockets is there.
fn left(person: &Person<'_>) {
    eventually("a departure to be noted", || {
        let registry = person.town().item("Realtime", &format!("USER#{}", person.id), "REGISTRY").unwrap();
        registry["sockets"]["M"].as_object().unwrap().is_empty().then_some(())
    });
}

#[test]
fn only_so_many_people_are_watched() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let many: Vec<_> = (0..101).map(|n| format!("0193f2a0-7c1e-7b3a-9d52-{n:012x}")).collect();
    let mut ada_sees = ada.connects();
    let (kind, problem) = ada_sees.ask("presence.subscribe", &json!({ "user_ids": many }));
    assert_eq!((kind.as_str(), problem["field"].as_str()), ("error", Some("user_ids")));
    assert_eq!(ada_sees.ask("presence.subscribe", &json!({ "user_ids": many[..100] })).0, "ack");
}
