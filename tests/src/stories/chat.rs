//! Messages: once, in order, to the right people.

use serde_json::json;

use crate::support::{Story, Town};

#[test]
fn a_retried_send_is_stored_once_through_either_door() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let first = ada.says(&conversation, "same", "only once");
    let again = ada.tries_to_say(&conversation, "same", "only once").expect(200);
    assert_eq!(first, again["messages"][0]);
    let mut socket = ada.connects();
    assert_eq!(socket.says(&conversation, "same", "only once"), first);
    ada.tries_to_say(&conversation, "same", "something else").expect_problem(409, "client_id_reused");
    assert_eq!(bob.reads(&conversation), [(1, "only once".to_owned())]);
    // The name is the sender's own: Bob may use the same one.
    assert_eq!(bob.says(&conversation, "same", "Bob's own")["seq"], 2);
}

#[test]
fn a_message_to_somebody_offline_is_found_later() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    for n in 1..=3 {
        ada.says(&conversation, &format!("a{n}"), &format!("message {n}"));
    }
    let inbox = bob.gets("/v1/conversations").expect(200);
    let line = &inbox["items"][0];
    assert_eq!((line["unread"].as_u64(), line["last_message"]["text"].as_str()), (Some(3), Some("message 3")));
    assert_eq!(line["with"], ada.id);
    assert_eq!(ada.gets("/v1/conversations").expect(200)["items"][0]["unread"], 0, "one's own messages are read");

    let page = bob.gets(&format!("/v1/conversations/{conversation}/messages?limit=2")).expect(200);
    assert_eq!((page["items"].as_array().unwrap().len(), page["next_after"].as_u64()), (2, Some(2)));
    let rest = bob.gets(&format!("/v1/conversations/{conversation}/messages?after=2")).expect(200);
    assert_eq!(rest["items"][0]["text"], "message 3");
    assert!(rest.get("next_after").is_none());
}

#[test]
fn everybody_sees_the_same_order_without_gaps_when_all_talk_at_once() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let people = [&ada, &bob];
    Town::at_once(8, |n| people[n % 2].says(&conversation, &format!("c{n}"), &format!("message {n}")));
    let seen = ada.reads(&conversation);
    assert_eq!(seen, bob.reads(&conversation));
    assert_eq!(seen.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
}

#[test]
fn of_twenty_who_write_at_the_same_moment_nobody_is_turned_away() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let said = Town::at_once(20, |n| {
        let person = if n % 2 == 0 { &ada } else { &bob };
        person.tries_to_say(&conversation, &format!("{n}"), "all at once").status
    });
    assert_eq!(said, [201; 20]);
    assert_eq!(ada.reads(&conversation).len(), 20);
}

#[test]
fn a_message_reaches_every_socket_of_every_member_and_nobody_else() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let eve = story.resident("Eve");
    let (mut phone, mut laptop, mut sender, mut stranger) =
        (bob.connects(), bob.connects(), ada.connects(), eve.connects());
    let sent = sender.says(&conversation, "a1", "to all your devices");
    for socket in [&mut phone, &mut laptop, &mut sender] {
        assert_eq!(socket.hears("message.new")["message_id"], sent["message_id"]);
    }
    assert_eq!(stranger.heard_so_far("message.new"), 0);
}

#[test]
fn a_conversation_of_others_does_not_exist() {
    let story = Story::in_peace();
    let (ada, _bob, conversation) = story.couple();
    let eve = story.resident("Eve");
    ada.says(&conversation, "a1", "for Bob");
    eve.gets(&format!("/v1/conversations/{conversation}/messages")).expect_problem(404, "conversation_not_found");
    eve.tries_to_say(&conversation, "e1", "let me in").expect_problem(404, "conversation_not_found");
    let data = json!({ "conversation_id": conversation, "client_id": "e2", "text": "let me in" });
    let (kind, problem) = eve.connects().ask("chat.send", &data);
    assert_eq!((kind.as_str(), problem["code"].as_str()), ("error", Some("conversation_not_found")));
}

#[test]
fn texts_are_bounded_and_may_be_in_any_script() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    for text in ["", "   ", "a\u{0}b", &"x".repeat(4_001)] {
        let problem = ada.tries_to_say(&conversation, "a1", text).expect_problem(422, "invalid_field");
        assert_eq!(problem["field"], "text");
    }
    ada.tries_to_say(&conversation, "a#1", "hello").expect_problem(422, "invalid_field");
    let text = "שלום 👩‍👩‍👧‍👦 \"quoted\" \\ and\nmore";
    ada.says(&conversation, "a1", text);
    assert_eq!(bob.reads(&conversation), [(1, text.to_owned())]);
}
