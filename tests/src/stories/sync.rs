//! Coming back: exactly what was missed, or the place from where to read on.

use serde_json::{Value, json};

use crate::support::{Person, Story};

fn seqs(messages: &Value) -> Vec<u64> {
    messages.as_array().unwrap().iter().map(|message| message["seq"].as_u64().unwrap()).collect()
}

fn says_many(person: &Person<'_>, conversation: &str, prefix: &str, count: usize) {
    for (n, chunk) in (0..count).collect::<Vec<_>>().chunks(20).enumerate() {
        let message = |m: &usize| json!({ "client_id": format!("{prefix}{n}-{m}"), "text": format!("{prefix} {m}") });
        let messages: Vec<_> = chunk.iter().map(message).collect();
        let path = format!("/v1/conversations/{conversation}/messages");
        person.posts(&path, &json!({ "messages": messages })).expect(201);
    }
}

#[test]
fn whoever_was_away_gets_exactly_what_they_missed() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    for n in 1..=5 {
        ada.says(&conversation, &format!("a{n}"), &format!("message {n}"));
    }
    let answer = bob.syncs(&json!({ &conversation: 2 }));
    let synced = &answer["conversations"][0];
    assert_eq!(seqs(&synced["messages"]), [3, 4, 5]);
    assert!(synced.get("gap").is_none() && answer.get("next").is_none());
    assert_eq!((synced["unread"].as_u64(), synced["with"].as_str()), (Some(5), Some(&*ada.id)));
    assert_eq!(seqs(&bob.syncs(&json!({ &conversation: 5 }))["conversations"][0]["messages"]), [0_u64; 0]);
    assert_eq!(seqs(&bob.syncs(&json!({}))["conversations"][0]["messages"]), [1, 2, 3, 4, 5], "all of what is new");
}

#[test]
fn what_does_not_fit_is_a_gap_from_which_the_history_goes_on() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    says_many(&ada, &conversation, "a", 110);
    let synced = bob.syncs(&json!({ &conversation: 3 }))["conversations"][0].clone();
    let messages = seqs(&synced["messages"]);
    assert_eq!((messages.len(), messages[0], messages[99]), (100, 4, 103));
    assert_eq!(synced["gap"], json!({ "after": 103, "through": 110 }));
    let rest = bob.gets(&format!("/v1/conversations/{conversation}/messages?after=103")).expect(200);
    assert_eq!(seqs(&rest["items"]), (104..=110).collect::<Vec<_>>());
}

#[test]
fn new_and_closed_conversations_are_told() {
    let story = Story::in_peace();
    let (ada, bob, over) = story.couple();
    let cleo = story.resident("Cleo");
    cleo.likes(&bob);
    let new = bob.matches_with(&cleo);
    ada.says(&over, "a1", "farewell");
    ada.blocks(&bob);
    let answer = bob.syncs(&json!({ &over: 1 }));
    assert_eq!(answer["closed"], json!([over]));
    let open: Vec<_> = answer["conversations"].as_array().unwrap().iter().map(|one| &one["conversation_id"]).collect();
    assert_eq!(open, [&json!(new)]);
    let (_, hello) = bob.connects().ask("hello", &json!({ "conversations": { &over: 1 } }));
    assert_eq!(hello["changed"]["closed"], json!([over]));
    assert_eq!(hello["changed"]["conversations"], json!([{ "conversation_id": new, "seq": 0 }]));
    assert_eq!(hello["changed"]["sync_required"], false);
}

#[test]
fn a_list_is_stored_together_or_not_at_all() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let mut bob_hears = bob.connects();
    let path = format!("/v1/conversations/{conversation}/messages");
    let list = |ids: &[&str]| {
        let messages: Vec<_> = ids.iter().map(|id| json!({ "client_id": id, "text": format!("said {id}") })).collect();
        json!({ "messages": messages })
    };
    let sent = ada.posts(&path, &list(&["a1", "a2", "a3"])).expect(201);
    assert_eq!(seqs(&sent["messages"]), [1, 2, 3]);
    for seq in 1..=3 {
        assert_eq!(bob_hears.hears("message.new")["seq"], seq, "in their order");
    }
    // A list that was stored in part, by a client that sends it anew with one more.
    let again = ada.posts(&path, &list(&["a2", "a4", "a3"])).expect(201);
    assert_eq!(seqs(&again["messages"]), [2, 4, 3]);
    ada.posts(&path, &list(&["a4", "a2"])).expect(200);

    let mut torn = list(&["a5", "a1"]);
    torn["messages"][1]["text"] = json!("something else");
    ada.posts(&path, &torn).expect_problem(409, "client_id_reused");
    let problem = ada.posts(&path, &json!({ "messages": [{ "client_id": "a6", "text": "" }] }));
    assert_eq!(problem.expect_problem(422, "invalid_field")["field"], "messages[0].text");
    assert_eq!(bob.reads(&conversation).len(), 4, "nothing of a list that is refused is stored");

    let mut data = list(&["a7", "a8"]);
    data["conversation_id"] = json!(conversation);
    let (kind, ack) = ada.connects().ask("chat.send", &data);
    assert_eq!((kind.as_str(), seqs(&ack["messages"])), ("ack", vec![5, 6]));
}

#[test]
fn a_sync_reads_what_it_is_asked_or_says_why_not() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let problem = ada.posts("/v1/sync", &json!({ "conversations": { "not-an-id": 1 } }));
    assert_eq!(problem.expect_problem(422, "invalid_field")["field"], "conversations");
    let problem = ada.posts("/v1/sync", &json!({ "conversations": {}, "after": "nobody" }));
    assert_eq!(problem.expect_problem(422, "invalid_field")["field"], "after");
    let id = |n: usize| format!("0193f2a0-7c1e-7b3a-9d52-{n:012x}");
    let many: Value = (0..1_001).map(|n| (id(n), json!(1))).collect::<serde_json::Map<_, _>>().into();
    let problem = ada.posts("/v1/sync", &json!({ "conversations": many }));
    assert_eq!(problem.expect_problem(422, "invalid_field")["field"], "conversations");
}
