//! Blocks and unmatches: what is over is over, everywhere, with the next answer.

use crate::support::Story;

#[test]
fn after_a_block_nothing_more_is_accepted_or_shown() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let mut bob_hears = bob.connects();
    ada.says(&conversation, "a1", "before the block");
    assert_eq!(bob_hears.hears("message.new")["text"], "before the block");

    // Bob has read, and is about to answer when Ada blocks him.
    assert_eq!(bob.reads(&conversation).len(), 1);
    ada.blocks(&bob);
    bob.tries_to_say(&conversation, "b1", "after the block").expect_problem(403, "conversation_closed");
    let frame = serde_json::json!({ "conversation_id": conversation, "client_id": "b2", "text": "by the other door" });
    let (kind, problem) = bob_hears.ask("chat.send", &frame);
    assert_eq!((kind.as_str(), problem["code"].as_str()), ("error", Some("conversation_closed")));
    ada.tries_to_say(&conversation, "a2", "neither may I").expect_problem(403, "conversation_closed");

    for (person, other) in [(&ada, &bob), (&bob, &ada)] {
        person.gets(&format!("/v1/profiles/{}", other.id)).expect_problem(404, "profile_not_found");
        person.gets(&format!("/v1/matches/{}", other.id)).expect_problem(404, "profile_not_found");
        person
            .gets(&format!("/v1/conversations/{conversation}/messages"))
            .expect_problem(404, "conversation_not_found");
        assert!(!person.is_shown(other));
        assert_eq!(person.gets("/v1/conversations").expect(200)["items"].as_array().unwrap().len(), 0);
        assert_eq!(person.gets("/v1/connections").expect(200)["items"].as_array().unwrap().len(), 0);
    }
    bob.tries_to_like(&ada).expect_problem(404, "profile_not_found");
    assert_eq!(ada.gets("/v1/blocks").expect(200)["items"][0]["user_id"], bob.id);
    assert_eq!(bob.gets("/v1/blocks").expect(200)["items"].as_array().unwrap().len(), 0, "Bob is not told");
}

#[test]
fn unblocking_shows_the_person_again_but_revives_nothing() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    ada.blocks(&bob);
    ada.deletes(&format!("/v1/blocks/{}", bob.id)).expect(204);
    bob.gets(&format!("/v1/profiles/{}", ada.id)).expect(200);
    bob.tries_to_say(&conversation, "b1", "hello?").expect_problem(403, "conversation_closed");
}

#[test]
fn an_unmatch_ends_the_conversation_for_both() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    bob.deletes(&format!("/v1/connections/{}", ada.id)).expect(204);
    ada.tries_to_say(&conversation, "a1", "still there?").expect_problem(403, "conversation_closed");
    ada.deletes(&format!("/v1/connections/{}", bob.id)).expect_problem(404, "connection_not_found");
    assert!(!ada.is_shown(&bob) && !bob.is_shown(&ada));
}
