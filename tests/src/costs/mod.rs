//! What one message costs, counted on the wires of the deployed stack: in a pair, and in projects of several sizes.

mod bill;
mod contention;
mod crowd;

use bill::Bill;
use serde_json::Value;

use crate::support::{Exchange, Person, Socket, Story, Town, eventually};

/// As much as people write, more or less.
const TEXT: &str = "Shall we meet on Thursday at the usual place? I would bring the drafts, and you the questions.";
/// What a transaction may have, whatever the size of the group.
const MOST_ITEMS: usize = 5;

/// What one message has cost.
struct Cost {
    members: usize,
    online: usize,
    bill: Bill,
    posts: usize,
    /// Between the frame and its answer, as the function logs it.
    milliseconds: u64,
}

#[test]
fn a_message_costs_a_transaction_of_five_items_and_no_second_function() {
    let story = Story::in_the_weather();
    let names = ["Ada", "Bob", "Cleo", "Dan", "Eve"];
    let people = Town::at_once(names.len(), |n| story.resident(names[n]));
    people[0].likes(&people[1]);
    let pair = people[1].matches_with(&people[0]);
    let mut sockets: Vec<_> = people.iter().map(Person::connects).collect();

    let costs = [
        cost(&story, &pair, 2, &mut sockets[..2]),
        cost(&story, &project_of(&story, &people, 20), 20, &mut sockets),
        cost(&story, &project_of(&story, &people, 500), 500, &mut sockets),
    ];
    eprintln!("members | online | requests | read units | write units | posts | ms | by operation");
    for Cost { members, online, bill, posts, milliseconds } in &costs {
        let (requests, reads, writes) = (bill.requests(), bill.read_units, bill.write_units);
        let calls: Vec<_> = bill.calls.iter().map(|(operation, count)| format!("{count} {operation}")).collect();
        let calls = calls.join(", ");
        eprintln!("{members} | {online} | {requests} | {reads} | {writes} | {posts} | {milliseconds} | {calls}");
    }
    for Cost { members, online, bill, posts, .. } in costs {
        assert_eq!(posts, online, "one post for each socket");
        let [items] = bill.transactions[..] else {
            panic!("{members} members: {} transactions", bill.transactions.len())
        };
        assert!(items <= MOST_ITEMS, "{members} members: {items} items");
    }
}

/// A project with all these people and as many more as it takes, and its conversation.
fn project_of(story: &Story, people: &[Person<'_>], members: usize) -> String {
    let project = people[0].founds(&Person::project("A choir of many voices"));
    people[1..].iter().for_each(|person| person.joins(&project));
    let conversation = people[0].looks_at(&project)["conversation_id"].as_str().unwrap().to_owned();
    crowd::joins(story.town, &conversation, members - people.len());
    conversation
}

/// Has the first one say something to all others, who are online, in the midst of a talk: functions are warm, and know the
/// sender's session for two seconds. A machine that is too busy to post in time hands over, and is asked again.
fn cost(story: &Story, conversation: &str, members: usize, sockets: &mut [Socket]) -> Cost {
    let tries = (0..5).find_map(|n| counted(story.town, conversation, n, sockets));
    let (milliseconds, calls, posts) = tries.expect("a message is delivered at once");
    let town = story.town;
    let promised = calls.iter().filter(|call| call.operation == "TransactWriteItems").find_map(promise).unwrap();
    let deleted = calls.iter().filter(|call| is_about(town, call, "DeleteItem")).map(|call| &call.request["Key"]["sk"]);
    assert_eq!(deleted.filter(|sk| **sk == promised["sk"]).count(), 1, "whoever keeps a promise deletes its row");
    let request = promised["request_id"]["S"].as_str().unwrap();
    for function in ["outbox", "push"] {
        let lines = town.stack.function_logs(function, 0).unwrap();
        assert!(lines.iter().all(|line| !line.message.contains(request)), "{function} has had to do with it");
    }
    Cost { members, online: sockets.len(), bill: Bill::of(town, &calls), posts, milliseconds }
}

/// The milliseconds, the calls to `DynamoDB` and the number of posts to sockets for one message, unless it was handed over.
fn counted(town: &Town, conversation: &str, n: usize, sockets: &mut [Socket]) -> Option<(u64, Vec<Exchange>, usize)> {
    sockets[0].says(conversation, &format!("warm-up-{n}"), TEXT);
    all_hear(sockets);
    eventually("nothing under way", || town.outbox().is_empty().then_some(()));
    let frames = frames(town).len();
    town.faults().listens();
    town.posts().listens();
    let name = format!("counted-{n}");
    sockets[0].says(conversation, &name, TEXT);
    let (calls, posts) = (town.faults().heard(), town.posts().heard());
    let posts = posts.iter().filter(|post| post.request["data"]["client_id"] == name.as_str()).count();
    all_hear(sockets);
    let milliseconds = eventually("the log of the frame", || frames_of(town, frames));
    let is_handed_over = calls.iter().any(|call| is_about(town, call, "PutItem"));
    (!is_handed_over).then_some((milliseconds, calls, posts))
}

/// Whether a call does this to a promise.
fn is_about(town: &Town, call: &Exchange, operation: &str) -> bool {
    call.operation == operation && call.request["TableName"] == town.table("Outbox").as_str()
}

/// The row of the promise in a transaction.
fn promise(transaction: &Exchange) -> Option<Value> {
    let writes = transaction.request["TransactItems"].as_array()?;
    writes.iter().map(|write| &write["Put"]["Item"]).find(|item| item["first"].is_object()).cloned()
}

fn all_hear(sockets: &mut [Socket]) {
    for socket in sockets {
        socket.hears("message.new");
    }
}

/// For how long each frame was worked on, in milliseconds.
fn frames(town: &Town) -> Vec<u64> {
    let lines = town.stack.function_logs("chat-send", 0).unwrap().into_iter();
    let lines = lines.filter_map(|line| serde_json::from_str::<Value>(&line.message).ok());
    lines.filter(|line| line["message"] == "frame").map(|line| line["duration_ms"].as_u64().unwrap()).collect()
}

/// The newest of them, once there are more than so many.
fn frames_of(town: &Town, known: usize) -> Option<u64> {
    frames(town).get(known).copied()
}
