//! Who has received and read what, and who is writing.

use serde_json::{Value, json};

use crate::support::Story;

#[test]
fn a_reader_is_seen_to_have_read_on_every_device() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    for n in 1..=3 {
        ada.says(&conversation, &format!("a{n}"), &format!("message {n}"));
    }
    let (mut ada_hears, mut phone, mut laptop) = (ada.connects(), bob.connects(), bob.connects());
    assert_eq!(phone.marks("chat.delivered", &conversation, 3), 3);
    assert_eq!(ada_hears.hears("message.delivered")["seq"], 3);
    assert_eq!(phone.marks("chat.read", &conversation, 2), 1);
    for socket in [&mut ada_hears, &mut laptop] {
        let read = socket.hears("message.read");
        assert_eq!((read["user_id"].as_str(), read["seq"].as_u64()), (Some(&*bob.id), Some(2)));
    }
    let line = ada.gets("/v1/conversations").expect(200)["items"][0].clone();
    let marks = line["marks"].as_array().unwrap().iter().find(|marks| marks["user_id"] == bob.id).unwrap();
    assert_eq!((marks["read_seq"].as_u64(), marks["delivered_seq"].as_u64()), (Some(2), Some(3)));
}

#[test]
fn marks_only_move_forward() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    for n in 1..=3 {
        ada.says(&conversation, &format!("a{n}"), "one more");
    }
    let (mut ada_hears, mut bob_reads) = (ada.connects(), bob.connects());
    assert_eq!(bob_reads.marks("chat.read", &conversation, 3), 0);
    assert_eq!(bob_reads.marks("chat.read", &conversation, 1), 0, "what was read stays read");
    assert_eq!(bob_reads.marks("chat.delivered", &conversation, 2), 0);
    assert_eq!(ada_hears.hears("message.read")["seq"], 3);
    assert_eq!(ada_hears.heard_so_far("message.read") + ada_hears.heard_so_far("message.delivered"), 0);
    assert_eq!(bob.gets("/v1/conversations").expect(200)["items"][0]["unread"], 0);

    for seq in [4, 1_000_000] {
        let (kind, problem) = bob_reads.ask("chat.read", &json!({ "conversation_id": conversation, "seq": seq }));
        assert_eq!((kind.as_str(), problem["field"].as_str()), ("error", Some("seq")), "{problem}");
    }
}

#[test]
fn an_edit_counts_as_nothing_to_read_and_can_be_marked() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    ada.says(&conversation, "a1", "one");
    ada.tries_to_edit(&conversation, 1, "uno").expect(200);
    ada.says(&conversation, "a2", "two");
    let mut bob_reads = bob.connects();
    assert_eq!(bob_reads.marks("chat.read", &conversation, 2), 1);
    assert_eq!(bob_reads.marks("chat.read", &conversation, 3), 0);
}

#[test]
fn the_other_one_is_seen_writing_and_strangers_see_nothing() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let eve = story.resident("Eve");
    let (mut ada_hears, mut bob_writes, mut eve_listens) = (ada.connects(), bob.connects(), eve.connects());
    let about = |socket: &mut crate::support::Socket, data: Value| socket.ask("chat.typing", &data);
    assert_eq!(about(&mut bob_writes, json!({ "conversation_id": conversation })).0, "ack");
    let typing = ada_hears.hears("typing");
    assert_eq!((typing["user_id"].as_str(), typing["is_typing"].as_bool()), (Some(&*bob.id), Some(true)));
    about(&mut bob_writes, json!({ "conversation_id": conversation, "is_typing": false }));
    assert_eq!(ada_hears.hears("typing")["is_typing"], false);

    for kind in ["chat.typing", "chat.read", "chat.delivered"] {
        let data = json!({ "conversation_id": conversation, "seq": 1 });
        let data = if kind == "chat.typing" { json!({ "conversation_id": conversation }) } else { data };
        let (answer, problem) = eve_listens.ask(kind, &data);
        assert_eq!((answer.as_str(), problem["code"].as_str()), ("error", Some("conversation_not_found")), "{kind}");
    }
    assert_eq!(eve_listens.heard_so_far("typing"), 0);
}
