//! Dead letters in a queue that is as SQS may be: it answers from some of its servers unless it is asked to wait, shows again
//! what was not deleted in time, and refuses single messages of a batch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::{Dead, served};

/// How long a call takes, in milliseconds of the queue's clock: as long as one to another continent.
const CALL: u64 = 500;

/// A queue of mails and its dead-letter queue: messages by their bodies, each of which is its own receipt.
#[derive(Default)]
struct Queues {
    now: u64,
    /// What rests, and since when it can be seen.
    dead: BTreeMap<String, u64>,
    sent: Vec<String>,
    polls: u64,
    /// What the queue does not take, and what the dead-letter queue does not give away.
    not_sent: BTreeSet<String>,
    not_deleted: BTreeSet<String>,
    /// What has been deleted in the outbox, and whether its table takes nothing.
    given_up: Vec<String>,
    outbox_is_down: bool,
}

impl Queues {
    fn answer(&mut self, operation: &str, body: &Value) -> Value {
        self.now += CALL;
        match operation {
            "GetQueueAttributes" => {
                let (seen, held) = (self.visible().len(), self.dead.len() - self.visible().len());
                json!({ "Attributes": {
                    "ApproximateNumberOfMessages": seen.to_string(), "ApproximateNumberOfMessagesNotVisible": held.to_string(),
                } })
            }
            "ReceiveMessage" => self.receive(body),
            "ChangeMessageVisibilityBatch" => {
                let now = self.now;
                self.batch(body, "ReceiptHandle", &BTreeSet::new(), |queues, text| {
                    queues.dead.entry(text).and_modify(|until| *until = now);
                })
            }
            "SendMessageBatch" => {
                let refused = self.not_sent.clone();
                self.batch(body, "MessageBody", &refused, |queues, text| queues.sent.push(text))
            }
            "DeleteMessageBatch" => {
                let refused = self.not_deleted.clone();
                self.batch(body, "ReceiptHandle", &refused, |queues, text| {
                    queues.dead.remove(&text);
                })
            }
            "DeleteItem" => {
                self.given_up.push(body["Key"]["sk"]["S"].as_str().unwrap().to_owned());
                json!({})
            }
            "DeleteMessage" => {
                self.dead.remove(body["ReceiptHandle"].as_str().unwrap());
                json!({})
            }
            _ => unreachable!("{operation}"),
        }
    }

    fn visible(&self) -> Vec<String> {
        self.dead.iter().filter(|(_, until)| **until <= self.now).map(|(text, _)| text.clone()).collect()
    }

    /// Every third answer that is not waited for comes from a server that has nothing.
    fn receive(&mut self, body: &Value) -> Value {
        self.polls += 1;
        if body["WaitTimeSeconds"].as_u64().unwrap_or(0) == 0 && self.polls.is_multiple_of(3) {
            return json!({});
        }
        let limit = usize::try_from(body["MaxNumberOfMessages"].as_u64().unwrap()).unwrap();
        let until = self.now + body["VisibilityTimeout"].as_u64().unwrap() * 1_000;
        let some: Vec<String> = self.visible().into_iter().take(limit).collect();
        self.dead.extend(some.iter().map(|text| (text.clone(), until)));
        let message = |text: &String| json!({ "MessageId": text, "Body": text, "ReceiptHandle": text });
        json!({ "Messages": some.iter().map(message).collect::<Vec<_>>() })
    }

    /// A batch, of which some entries fail.
    fn batch(
        &mut self,
        body: &Value,
        field: &str,
        refused: &BTreeSet<String>,
        mut take: impl FnMut(&mut Self, String),
    ) -> Value {
        let (mut taken, mut failed) = (Vec::new(), Vec::new());
        for entry in body["Entries"].as_array().unwrap() {
            let (id, text) = (&entry["Id"], entry[field].as_str().unwrap().to_owned());
            if refused.contains(&text) {
                failed.push(json!({ "Id": id, "Code": "InternalError", "SenderFault": false }));
            } else {
                take(self, text);
                taken.push(json!({ "Id": id, "MessageId": id, "MD5OfMessageBody": "" }));
            }
        }
        json!({ "Successful": taken, "Failed": failed })
    }
}

fn queues_with(messages: usize) -> (Dead, Arc<Mutex<Queues>>) {
    let dead = (0..messages).map(|n| (format!("message-{n:03}"), 0)).collect();
    let queues = Arc::new(Mutex::new(Queues { dead, ..Queues::default() }));
    let names = ["MAIL", "MAIL_FEEDBACK", "PUSH", "EMBED", "PHOTO", "ACCOUNT", "BACKUP"].map(str::to_owned);
    let all = names.iter().cloned().chain(names.iter().map(|name| format!("{name}_DEAD_LETTER")));
    let urls = all.map(|name| (format!("APP_QUEUES_{name}"), format!("http://aws/{name}"))).collect();
    let kept = queues.clone();
    let aws = served(move |operation, body| {
        let mut queues = kept.lock().unwrap();
        let fails = queues.outbox_is_down && operation == "DeleteItem";
        if fails { (500, json!({})) } else { (200, queues.answer(operation, body)) }
    });
    (Dead::among(aws, urls), queues)
}

fn names(messages: usize) -> Vec<String> {
    (0..messages).map(|n| format!("message-{n:03}")).collect()
}

#[test]
fn of_hundreds_each_is_shown_once_and_one_is_discarded() {
    let (dead, queues) = queues_with(900);
    let mut shown: Vec<String> = dead.shown("mail", 900).into_iter().map(|(id, _)| id).collect();
    shown.sort();
    assert_eq!(shown, names(900));
    assert_eq!(queues.lock().unwrap().visible().len(), 900, "looking takes nothing away");
    dead.discards("mail", "message-899").unwrap();
    let gone = dead.discards("mail", "message-899").unwrap_err().to_string();
    assert!(gone.contains("no message message-899 rests in `mail`") && gone.contains("what to do"), "{gone}");
    assert_eq!(queues.lock().unwrap().dead.len(), 899);
    assert_eq!(dead.puts_back("mail", 1_000).unwrap(), 899);
    let mut sent = queues.lock().unwrap().sent.clone();
    sent.sort();
    assert_eq!(sent, names(899));
}

#[test]
fn what_a_queue_refuses_rests_where_it_was_and_the_others_go_once() {
    let (dead, queues) = queues_with(10);
    queues.lock().unwrap().not_sent.insert("message-003".to_owned());
    let refused = dead.puts_back("mail", 100).unwrap_err().to_string();
    assert!(refused.contains("refused a message") && refused.contains("run the same command again"), "{refused}");
    assert_eq!(queues.lock().unwrap().dead.keys().collect::<Vec<_>>(), ["message-003"]);
    assert_eq!(dead.pile("mail"), 1);

    let mut unlocked = queues.lock().unwrap();
    unlocked.not_sent.clear();
    unlocked.now += 30_000;
    drop(unlocked);
    assert_eq!(dead.puts_back("mail", 100).unwrap(), 1);
    let mut sent = queues.lock().unwrap().sent.clone();
    sent.sort();
    assert_eq!(sent, names(10));
}

/// It is in both queues then, and whoever works on it a second time has nothing to do.
#[test]
fn what_was_sent_and_cannot_be_deleted_is_told_and_goes_once_more() {
    let (dead, queues) = queues_with(10);
    queues.lock().unwrap().not_deleted.insert("message-007".to_owned());
    assert!(dead.puts_back("mail", 100).is_err());
    let mut unlocked = queues.lock().unwrap();
    assert_eq!((unlocked.sent.len(), unlocked.dead.len()), (10, 1));
    unlocked.not_deleted.clear();
    unlocked.now += 30_000;
    drop(unlocked);
    assert_eq!(dead.puts_back("mail", 100).unwrap(), 1);
    assert!(queues.lock().unwrap().dead.is_empty());
}

#[test]
fn no_more_are_put_back_than_was_asked_for() {
    let (dead, queues) = queues_with(25);
    assert_eq!(dead.puts_back("mail", 12).unwrap(), 12);
    let queues = queues.lock().unwrap();
    assert_eq!((queues.sent.len(), queues.dead.len()), (12, 13));
}

/// Otherwise a sweep would bring again what nobody can discard any more.
#[test]
fn a_promise_is_given_up_before_its_letter_goes() {
    let (dead, queues) = queues_with(1);
    let (id, user_id) = ("01a1fc65-ead8-7283-87bd-99f7886000ee", "01a1fc65-e9a2-749a-8ccf-603a647301a7");
    let promise = json!({
        "id": id, "created_at": "2026-11-26T10:00:00.000Z", "request_id": null, "kind": "embed.profile", "user_id": user_id,
    });
    let letter = promise.to_string();
    let mut unlocked = queues.lock().unwrap();
    unlocked.dead.insert(letter.clone(), 0);
    unlocked.outbox_is_down = true;
    drop(unlocked);
    assert!(dead.discards("mail", &letter).is_err());
    let mut unlocked = queues.lock().unwrap();
    assert!(unlocked.dead.contains_key(&letter), "it can be discarded again");
    unlocked.outbox_is_down = false;
    unlocked.now += 90_000;
    drop(unlocked);
    dead.discards("mail", &letter).unwrap();
    // What carries no promise goes alone.
    dead.discards("mail", "message-000").unwrap();
    let queues = queues.lock().unwrap();
    assert_eq!((&queues.given_up, queues.dead.len()), (&vec![id.to_owned()], 0));
}
