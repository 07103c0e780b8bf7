//! What a sender makes of a message afterwards.

use serde_json::{Value, json};

use crate::support::Story;

fn kinds(entries: &[Value]) -> Vec<(u64, &str, Option<&str>)> {
    entries
        .iter()
        .map(|entry| (entry["seq"].as_u64().unwrap(), entry["kind"].as_str().unwrap(), entry["text"].as_str()))
        .collect()
}

#[test]
fn an_edit_is_an_entry_of_its_own_that_everybody_hears() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    ada.says(&conversation, "a1", "helo");
    let mut bob_hears = bob.connects();
    let edited = ada.tries_to_edit(&conversation, 1, "hello").expect(200);
    assert_eq!((edited["seq"].as_u64(), edited["text"].as_str()), (Some(1), Some("hello")));
    assert!(edited["edited_at"].is_string());
    let heard = bob_hears.hears("message.new");
    assert_eq!((heard["seq"].as_u64(), heard["kind"].as_str(), heard["of"].as_u64()), (Some(2), Some("edit"), Some(1)));
    assert_eq!(heard["text"], "hello");

    assert_eq!(ada.tries_to_edit(&conversation, 1, "hello").expect(200), edited, "once more changes nothing");
    assert_eq!(kinds(&bob.entries(&conversation)), [(1, "text", Some("hello")), (2, "edit", Some("hello"))]);
    let line = &bob.gets("/v1/conversations").expect(200)["items"][0];
    assert_eq!((line["unread"].as_u64(), line["seq"].as_u64()), (Some(1), Some(2)), "an edit is nothing to read");
    assert_eq!(line["last_message"]["text"], "hello");
}

#[test]
fn what_is_taken_back_is_gone_from_everywhere() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    ada.says(&conversation, "a1", "my secret");
    ada.tries_to_edit(&conversation, 1, "my other secret").expect(200);
    ada.tries_to_take_back(&conversation, 1).expect(204);
    ada.tries_to_take_back(&conversation, 1).expect(204);
    ada.tries_to_edit(&conversation, 1, "again").expect_problem(404, "message_not_found");
    let entries = bob.entries(&conversation);
    assert_eq!(kinds(&entries), [(1, "deleted", None), (2, "edit", None), (3, "deletion", None)]);
    let everything = story.town.items("Chat", &format!("CONV#{conversation}"));
    assert!(!json!(everything).to_string().contains("secret"), "no item of the conversation holds the text");
    // A repeated send of it stays what it was.
    let again = ada.tries_to_say(&conversation, "a1", "my secret").expect(200);
    assert_eq!(again["messages"][0]["seq"], 1);
}

#[test]
fn nobody_changes_what_others_said_or_what_is_long_said() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let eve = story.resident("Eve");
    ada.says(&conversation, "a1", "mine");
    bob.tries_to_edit(&conversation, 1, "Bob's now").expect_problem(404, "message_not_found");
    bob.tries_to_take_back(&conversation, 1).expect_problem(404, "message_not_found");
    ada.tries_to_edit(&conversation, 9, "nothing").expect_problem(404, "message_not_found");
    eve.tries_to_edit(&conversation, 1, "Eve's now").expect_problem(404, "conversation_not_found");
    ada.tries_to_edit(&conversation, 1, "").expect_problem(422, "invalid_field");

    // As if it had been said long ago.
    let (pk, sk) = (format!("CONV#{conversation}"), format!("MSG#{:020}", 1));
    let mut message = story.town.item("Chat", &pk, &sk).unwrap();
    message["sent_at"]["S"] = json!("2026-01-01T00:00:00.000Z");
    story.town.put_item("Chat", &message);
    ada.tries_to_edit(&conversation, 1, "too late").expect_problem(409, "message_fixed");
    ada.tries_to_take_back(&conversation, 1).expect_problem(409, "message_fixed");
    assert_eq!(kinds(&bob.entries(&conversation)), [(1, "text", Some("mine"))]);
}

#[test]
fn after_a_block_nothing_is_changed_either() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    ada.says(&conversation, "a1", "said");
    bob.blocks(&ada);
    ada.tries_to_edit(&conversation, 1, "changed").expect_problem(403, "conversation_closed");
    ada.tries_to_take_back(&conversation, 1).expect_problem(403, "conversation_closed");
}
