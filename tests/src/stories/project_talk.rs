//! What the members of a project say to each other.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::{Person, Story};

#[test]
fn whoever_joins_a_project_hears_and_reads_all_that_is_said_in_it() {
    let story = Story::in_peace();
    let (ada, bob, cleo) = (story.resident("Ada"), story.resident("Bob"), story.resident("Cleo"));
    let project = ada.founds(&Person::project("A chess club's website"));
    let talk = ada.looks_at(&project)["conversation_id"].as_str().unwrap().to_owned();
    assert!(bob.looks_at(&project).get("conversation_id").is_none());
    bob.tries_to_say(&talk, "b1", "let me in").expect_problem(404, "conversation_not_found");
    ada.says(&talk, "a1", "welcome, whoever comes");

    let (mut ada_hears, mut bob_hears) = (ada.connects(), bob.connects());
    bob.joins(&project);
    assert_eq!(bob_hears.hears("sync.required")["reason"], "conversations");
    let line = bob.syncs(&json!({}))["conversations"][0].clone();
    assert_eq!((line["project_id"].as_str(), line["unread"].as_u64()), (Some(&*project), Some(0)));
    assert_eq!(line["messages"][0]["text"], "welcome, whoever comes", "what was said before is theirs to read");

    cleo.joins(&project);
    cleo.says(&talk, "c1", "hello, both of you");
    for socket in [&mut ada_hears, &mut bob_hears] {
        assert_eq!(socket.wait_for("Cleo", |frame| frame["data"]["sender_id"] == cleo.id)["data"]["seq"], 2);
    }
    assert_eq!(bob_hears.marks("chat.read", &talk, 2), 0);
    assert_eq!(ada_hears.hears("message.read")["user_id"], bob.id);
}

#[test]
fn in_a_crowd_nobody_but_ones_own_devices_hears_what_one_reads() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let project = ada.founds(&Person::project("A stadium's choir"));
    bob.joins(&project);
    let talk = ada.looks_at(&project)["conversation_id"].as_str().unwrap().to_owned();
    ada.says(&talk, "a1", "one");
    ada.says(&talk, "a2", "two");
    let (mut phone, mut laptop, mut ada_hears) = (bob.connects(), bob.connects(), ada.connects());
    assert_eq!(phone.marks("chat.read", &talk, 1), 1);
    assert_eq!(laptop.hears("message.read")["seq"], 1);
    assert_eq!(ada_hears.hears("message.read")["seq"], 1, "two are no crowd");

    // Nineteen more, of whom nobody has a device.
    let mut roster = story.town.item("Chat", &format!("CONV#{talk}"), "ROSTER").unwrap();
    let ids = roster["member_ids"]["BS"].as_array_mut().unwrap();
    ids.extend((1..20_u8).map(|n| json!(STANDARD.encode([n; 16]))));
    story.town.put_item("Chat", &roster);
    assert_eq!(phone.marks("chat.read", &talk, 2), 0);
    assert_eq!(laptop.hears("message.read")["seq"], 2);
    let typing = json!({ "conversation_id": talk, "is_typing": true });
    assert_eq!(phone.ask("chat.typing", &typing).0, "ack");
    assert_eq!(ada_hears.heard_so_far("message.read") + ada_hears.heard_so_far("typing"), 0);
}

#[test]
fn whoever_leaves_hears_nothing_more_and_may_come_back() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let project = ada.founds(&Person::project("A chess club's website"));
    bob.joins(&project);
    let talk = ada.looks_at(&project)["conversation_id"].as_str().unwrap().to_owned();
    bob.says(&talk, "b1", "I am off");
    let mut bob_hears = bob.connects();
    bob.tries_to_leave(&project).expect(204);
    assert_eq!(bob_hears.hears("sync.required")["reason"], "conversations");
    ada.says(&talk, "a1", "among ourselves");
    assert_eq!(bob_hears.heard_so_far("message.new"), 0);
    bob.gets(&format!("/v1/conversations/{talk}/messages")).expect_problem(404, "conversation_not_found");
    bob.tries_to_say(&talk, "b2", "one more thing").expect_problem(404, "conversation_not_found");
    assert_eq!(bob.tries_to_say(&talk, "b1", "I am off").expect(200)["messages"][0]["seq"], 1, "a late retry");
    assert_eq!(bob.syncs(&json!({ &talk: 1 }))["closed"], json!([talk]));

    bob.joins(&project);
    assert_eq!(bob.says(&talk, "b3", "back again")["seq"], 3);
    assert_eq!(bob.reads(&talk).len(), 3);
}

#[test]
fn the_talk_of_a_closed_project_can_be_read_and_not_be_added_to() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let project = ada.founds(&Person::project("A chess club's website"));
    bob.joins(&project);
    let talk = ada.looks_at(&project)["conversation_id"].as_str().unwrap().to_owned();
    ada.says(&talk, "a1", "we are done");
    ada.posts(&format!("/v1/projects/{project}/close"), &json!({})).expect(204);
    bob.tries_to_say(&talk, "b1", "are we?").expect_problem(403, "conversation_closed");
    assert_eq!(bob.reads(&talk), [(1, "we are done".to_owned())]);
    assert_eq!(bob.syncs(&json!({ &talk: 1 }))["conversations"][0]["is_open"], false);
}

#[test]
fn both_hear_that_a_conversation_is_over_but_not_why() {
    let story = Story::in_peace();
    let (ada, bob, _) = story.couple();
    let (mut ada_hears, mut bob_hears) = (ada.connects(), bob.connects());
    ada.blocks(&bob);
    for socket in [&mut ada_hears, &mut bob_hears] {
        assert_eq!(socket.hears("sync.required"), json!({ "reason": "conversations" }));
    }
}
