//! What one person may do in a while: send, like, look at lists, write, block.

use serde_json::{Value, json};
use shared::domain::limit::{
    BLOCK_PER_PERSON, CHAT_READ_PER_PERSON, EDIT_PER_PERSON, FIT_PER_PERSON, FRAME_PER_PERSON, LIKE_PER_PERSON,
    LIST_PER_PERSON, Limit, SEND_PER_PERSON, Subject, TICKET_PER_PERSON,
};

use crate::support::{Answer, Fault, On, Person, Story, eventually};

#[test]
fn a_person_sends_so_many_messages_a_minute_through_both_doors_together() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let mut socket = ada.connects();
    story.has_left(&SEND_PER_PERSON, &Subject::person(ada.id.parse().unwrap()), 4);
    // What is refused anyway costs nothing and is not counted.
    ada.tries_to_say(&conversation, "a0", "").expect_problem(422, "invalid_field");
    let first = ada.tries_to_say(&conversation, "a1", "one");
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("120", "3"));
    first.expect(201);
    socket.says(&conversation, "a2", "two");
    socket.says(&conversation, "a3", "three");
    let last = ada.tries_to_say(&conversation, "a4", "four");
    assert_eq!(last.header("ratelimit-remaining"), "0");
    last.expect(201);

    let frame = json!({ "conversation_id": conversation, "client_id": "a5", "text": "five" });
    let (kind, problem) = socket.ask("chat.send", &frame);
    assert_eq!((kind.as_str(), &problem["code"]), ("error", &json!("too_many_requests")), "{problem}");
    assert!((1..=60).contains(&problem["retry_after"].as_u64().unwrap()), "{problem}");
    let refused = ada.tries_to_say(&conversation, "a6", "six");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!((refused.header("ratelimit-limit"), refused.header("ratelimit-remaining")), ("120", "0"));
    assert_eq!(refused.expect_problem(429, "too_many_requests")["retry_after"], wait);

    // Nothing of what was refused is stored, and the other one may go on.
    assert_eq!(bob.says(&conversation, "b1", "and I?")["seq"], 5);
    let texts: Vec<_> = bob.reads(&conversation).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["one", "two", "three", "four", "and I?"]);
    let send = format!("CID#{}#a5", ada.id);
    assert!(story.town.item("Chat", &format!("CONV#{conversation}"), &send).is_none());
}

#[test]
fn counting_a_sender_costs_no_round_trip() {
    let story = Story::in_trouble();
    let (ada, _bob, conversation) = story.couple();
    let (faults, counter) = (story.town.faults(), format!("LIMIT#send.person#USER#{}", ada.id));
    // Neither the counter nor the first read is answered before both are on the wire.
    faults.next(100, On::call("UpdateItem", &counter), Fault::Hold);
    faults.next(100, On::call("BatchGetItem", &conversation), Fault::Hold);
    let sent = std::thread::scope(|scope| {
        let send = scope.spawn(|| ada.tries_to_say(&conversation, "a1", "at once"));
        eventually("both on the wire", || {
            (faults.befallen(&counter) > 0 && faults.befallen(&conversation) > 0).then_some(())
        });
        faults.calm(&counter);
        faults.calm(&conversation);
        send.join().unwrap()
    });
    assert_eq!(sent.expect(201)["messages"][0]["seq"], 1);
}

#[test]
fn what_reads_or_keeps_much_is_counted() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let project = ada.founds(&Person::project("Choir"));
    let profile = ada.gets("/v1/me").expect(200);
    let written = json!({"name": profile["name"], "field": "crafts", "experience_years": 3, "time_zone": "UTC"});
    let me = Subject::person(ada.id.parse().unwrap());
    let last_one = |limit: &'static Limit, ask: &dyn Fn() -> Answer| {
        story.has_left(limit, &me, 1);
        let answer = ask();
        assert!(answer.status < 300, "{}: {}", limit.name, answer.body);
        ask().expect_problem(429, "too_many_requests");
    };
    last_one(&LIST_PER_PERSON, &|| ada.gets("/v1/matches?limit=1"));
    ada.posts("/v1/matches/warm", &json!({})).expect_problem(429, "too_many_requests");
    last_one(&FIT_PER_PERSON, &|| ada.gets("/v1/projects/matches"));
    ada.gets(&format!("/v1/projects/{project}/candidates")).expect_problem(429, "too_many_requests");
    last_one(&EDIT_PER_PERSON, &|| ada.puts("/v1/me", &written));
    last_one(&BLOCK_PER_PERSON, &|| ada.puts(&format!("/v1/blocks/{}", bob.id), &json!({})));
    assert!(!bob.is_shown(&ada), "the one that was left counts");
}

#[test]
fn what_is_read_of_conversations_and_told_by_sockets_is_counted() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let me = Subject::person(ada.id.parse().unwrap());
    let (mut socket, mut bob_hears) = (ada.connects(), bob.connects());

    story.has_left(&CHAT_READ_PER_PERSON, &me, 3);
    let history = format!("/v1/conversations/{conversation}/messages");
    let reads = || {
        [ada.gets("/v1/conversations"), ada.gets(&history), ada.posts("/v1/sync", &json!({}))]
            .map(|answer| answer.status)
    };
    assert_eq!(reads(), [200, 200, 200]);
    assert_eq!(reads(), [429, 429, 429]);
    story.has_left(&TICKET_PER_PERSON, &me, 1);
    assert_eq!([(); 2].map(|()| ada.posts("/v1/ws-ticket", &json!({})).status), [201, 429]);

    story.has_left(&FRAME_PER_PERSON, &me, 1);
    let typing = json!({ "conversation_id": conversation, "is_typing": true });
    assert_eq!(socket.ask("chat.typing", &typing).0, "ack");
    bob_hears.hears("typing");
    let frames =
        [("chat.typing", typing), ("hello", json!({})), ("presence.subscribe", json!({ "user_ids": [bob.id] }))];
    for (kind, data) in frames {
        let (answer, problem) = socket.ask(kind, &data);
        assert_eq!((&*answer, &problem["code"]), ("error", &json!("too_many_requests")), "{kind}");
    }
    // Pings keep the socket, and messages are counted for themselves.
    assert_eq!(socket.ask("ping", &json!({})).0, "ack");
    socket.says(&conversation, "a1", "still here");
    bob_hears.hears("message.new");
    assert_eq!(bob_hears.heard_so_far("typing"), 0, "the second one told nobody");
}

#[test]
fn a_person_likes_so_many_a_day_and_passes_on_as_many_as_they_want() {
    let story = Story::in_peace();
    let (ada, bob, eve) = (story.resident("Ada"), story.resident("Bob"), story.resident("Eve"));
    story.has_left(&LIKE_PER_PERSON, &Subject::person(ada.id.parse().unwrap()), 2);
    let like = |intro: Value| ada.puts(&format!("/v1/likes/{}", bob.id), &json!({ "intro": intro }));
    like(json!(5)).expect_problem(422, "invalid_field");
    let answer = like(Value::Null);
    assert_eq!((answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")), ("200", "1"));
    answer.expect(200);
    // Liking twice changes nothing, and counts.
    assert_eq!(like(Value::Null).header("ratelimit-remaining"), "0");
    let refused = ada.tries_to_like(&eve);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=24 * 60 * 60).contains(&wait), "{wait}");
    refused.expect_problem(429, "too_many_requests");
    assert_eq!(eve.likes(&ada)["state"], "liked", "what was refused is no like");
    ada.puts(&format!("/v1/passes/{}", bob.id), &json!({})).expect(204);
    ada.puts(&format!("/v1/passes/{}", eve.id), &json!({})).expect(204);
}
