//! How many messages one conversation commits when several people send at once: each waits for the others' commits.

use std::time::Instant;

use serde_json::json;
use shared::domain::limit::{SEND_PER_PERSON, Subject};

use crate::support::{Person, Story, Town, eventually};

/// Messages that each sender sends.
const EACH: usize = 40;

/// Sends `EACH` messages, so many at a time; a refusal for the crowd's sake is sent again.
fn sends(person: &Person<'_>, conversation: &str, round: usize, together: usize) {
    let path = format!("/v1/conversations/{conversation}/messages");
    for n in 0..EACH / together {
        let message = |m: usize| json!({ "client_id": format!("{round}-{n}-{m}"), "text": "One of many." });
        let body = json!({ "messages": (0..together).map(message).collect::<Vec<_>>() });
        eventually("a commit", || (person.posts(&path, &body).status < 300).then_some(()));
    }
}

#[test]
fn everything_that_is_sent_at_once_is_committed_one_after_the_other() {
    let story = Story::in_peace();
    let people = Town::at_once(4, |n| story.resident(&format!("Sender {n}")));
    for person in &people {
        story.has_room(&SEND_PER_PERSON, &Subject::person(person.id.parse().unwrap()));
    }
    let project = people[0].founds(&Person::project("A choir of many voices"));
    people[1..].iter().for_each(|person| person.joins(&project));
    let conversation = people[0].looks_at(&project)["conversation_id"].as_str().unwrap().to_owned();
    let mut committed = 0;
    for (round, (senders, together)) in [(1, 1), (4, 1), (1, 20), (4, 20)].into_iter().enumerate() {
        let began = Instant::now();
        Town::at_once(senders, |n| sends(&people[n], &conversation, round, together));
        let seconds = began.elapsed().as_secs_f32();
        let messages = senders * EACH;
        eprintln!("{senders} senders, {together} at a time: {messages} messages in {seconds:.2} s");
        committed += messages;
    }
    let line = people[0].gets("/v1/conversations").expect(200)["items"][0].clone();
    assert_eq!(line["seq"], committed, "without a gap");
}
