//! Sockets: tickets, frames that make no sense, people who left.

use serde_json::{Value, json};

use crate::support::{Socket, Story, Town};

#[test]
fn without_a_ticket_there_is_no_socket() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let url = story.town.stack.ws_url();
    for url in [
        url.to_owned(),
        format!("{url}?ticket="),
        format!("{url}?ticket=made-up"),
        format!("{url}?token={}", ada.token()),
    ] {
        assert!(Socket::open_url(&url).is_none(), "{url}");
    }
}

#[test]
fn a_ticket_opens_one_socket() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let ticket = ada.ticket();
    let mut socket = Socket::open(story.town, &ticket).expect("the first use");
    assert!(Socket::open(story.town, &ticket).is_none(), "the second use");
    let (kind, hello) = socket.ask("hello", &Value::Null);
    assert_eq!((kind.as_str(), hello["user_id"].as_str()), ("ack", Some(&*ada.id)));
}

#[test]
fn an_expired_ticket_opens_nothing() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let ticket = ada.ticket();
    let hash = shared::domain::socket::Ticket::from_client(ticket.clone()).hash();
    let mut item = story.town.item("Realtime", &format!("TICKET#{hash}"), "TICKET").unwrap();
    item["expires_at"]["N"] = json!("1700000000");
    story.town.put_item("Realtime", &item);
    assert!(Socket::open(story.town, &ticket).is_none());
}

#[test]
fn a_frame_that_makes_no_sense_gets_an_error_and_keeps_the_socket() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let mut socket = ada.connects();
    socket.send_text("not json");
    let error = socket.wait_for("an error", |frame| frame["type"] == "error");
    assert_eq!((&error["id"], error["data"]["code"].as_str()), (&Value::Null, Some("malformed_body")));
    let (kind, problem) = socket.ask("dance", &Value::Null);
    assert_eq!((kind.as_str(), problem["code"].as_str()), ("error", Some("unknown_frame")));
    let (kind, problem) = socket.ask("chat.send", &json!({ "text": "to whom?" }));
    assert_eq!((kind.as_str(), problem["field"].as_str()), ("error", Some("conversation_id")));
    assert_eq!(socket.ask("ping", &Value::Null).0, "ack");
}

#[test]
fn somebody_who_vanished_delays_nobody_and_is_forgotten() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    // A socket that ended without the registry hearing of it: only a post to it can tell.
    let key = format!("USER#{}", bob.id);
    let mut here = bob.connects();
    let mut registry = story.town.item("Realtime", &key, "REGISTRY").unwrap();
    let mut lease = registry["sockets"]["M"].as_object().unwrap().values().next().unwrap().clone();
    lease["M"]["connected_at"]["S"] = json!("2026-01-01T00:00:00.000Z");
    registry["sockets"]["M"]["vanished0000"] = lease;
    story.town.put_item("Realtime", &registry);

    ada.says(&conversation, "a1", "anybody there?");
    assert_eq!(here.hears("message.new")["text"], "anybody there?");
    let registry = story.town.item("Realtime", &key, "REGISTRY").unwrap();
    let sockets = registry["sockets"]["M"].as_object().unwrap();
    assert!(sockets.len() == 1 && !sockets.contains_key("vanished0000"), "410 removes that socket and no other");
}

#[test]
fn the_eleventh_socket_closes_the_oldest() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let mut sockets: Vec<_> = (0..11).map(|_| ada.connects()).collect();
    sockets[0].is_closed();
    assert_eq!(sockets[1].ask("ping", &Value::Null).0, "ack");
    assert_eq!(sockets[10].ask("ping", &Value::Null).0, "ack");
}

#[test]
fn the_first_sockets_of_a_person_may_open_at_once() {
    let story = Story::in_peace();
    // Whoever comes first also wakes the function's environments up, one after another; the others meet them awake.
    for name in ["Ada", "Bob", "Cleo", "Dan"] {
        let person = story.newcomer(name);
        let tickets: Vec<_> = (0..6).map(|_| person.ticket()).collect();
        let open = |n: usize| Socket::open(story.town, &tickets[n]).expect("a fresh ticket opens a socket");
        for mut socket in Town::at_once(6, open) {
            assert_eq!(socket.ask("ping", &Value::Null).0, "ack");
        }
    }
}

#[test]
fn what_nobody_delivered_is_swept_up_and_pushed() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    ada.says(&conversation, "a1", "lost on the way");
    let mut bob_hears = bob.connects();
    // The row that a crash between commit and delivery would have left behind, as old as a sweep wants it.
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let minute = now / 60 - 2;
    let id = "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10";
    story.town.put_item(
        "Outbox",
        &json!({
            "pk": { "S": format!("DUE#{minute}#0") }, "sk": { "S": id }, "id": { "S": id },
            "created_at": { "S": shared::domain::time::Timestamp::from_unix_seconds(minute * 60).to_string() },
            "request_id": { "NULL": true }, "kind": { "S": "message.new" },
            "conversation_id": { "S": conversation }, "first": { "N": "1" }, "last": { "N": "1" },
        }),
    );
    // The schedule may have swept this minute already: as far as the next run knows, it has not.
    let progress = json!({
        "pk": { "S": "SWEEP" }, "sk": { "S": "PROGRESS" },
        "version": { "N": "1" }, "next": { "N": minute.to_string() }, "open": { "L": [] },
    });
    story.town.put_item("Ops", &progress);
    story.town.stack.invoke("sweep", &json!({})).unwrap();
    assert_eq!(bob_hears.hears("message.new")["text"], "lost on the way");
}
