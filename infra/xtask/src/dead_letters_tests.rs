//! Queues that refuse single messages of a batch.

use std::cell::RefCell;

use super::*;
use crate::deployment::Service;

/// Two queues in memory: messages by their bodies, each of which is its own receipt.
#[derive(Default)]
struct Queues {
    outputs: BTreeMap<String, String>,
    dead: RefCell<Vec<String>>,
    held: RefCell<BTreeSet<String>>,
    sent: RefCell<Vec<String>>,
    /// What the queue does not take, and what the dead-letter queue does not give away.
    not_sent: RefCell<Vec<String>>,
    not_deleted: RefCell<Vec<String>>,
}

impl Queues {
    fn with(messages: usize) -> Self {
        let outputs = [("MailQueueUrl", "http://aws/mail"), ("MailDeadLetterQueueUrl", "http://aws/dead")];
        Self {
            outputs: outputs.map(|(name, url)| (name.to_owned(), url.to_owned())).into(),
            dead: RefCell::new((0..messages).map(|n| format!("message {n}")).collect()),
            ..Self::default()
        }
    }

    /// A batch, of which some entries fail.
    fn batch(body: &Value, field: &str, refused: &[String], mut take: impl FnMut(&str)) -> Value {
        let (failed, taken): (Vec<&Value>, Vec<&Value>) = body["Entries"]
            .as_array()
            .unwrap()
            .iter()
            .partition(|entry| refused.iter().any(|text| entry[field] == **text));
        for entry in &taken {
            take(entry[field].as_str().unwrap());
        }
        let ids = |entries: Vec<&Value>| entries.iter().map(|entry| json!({ "Id": entry["Id"] })).collect::<Vec<_>>();
        json!({ "Successful": ids(taken), "Failed": ids(failed) })
    }

    /// Nobody is looking any more.
    fn time_passes(&self) {
        self.held.borrow_mut().clear();
    }
}

impl Deployment for Queues {
    fn outputs(&self) -> &BTreeMap<String, String> {
        &self.outputs
    }

    fn endpoint(&self) -> Option<&str> {
        None
    }

    fn call(&self, _: Service, operation: &str, body: &Value) -> Result<Value, Failure> {
        let (mut dead, mut held) = (self.dead.borrow_mut(), self.held.borrow_mut());
        Ok(match operation {
            "GetQueueAttributes" => json!({ "Attributes": { "ApproximateNumberOfMessages": dead.len().to_string() } }),
            "ReceiveMessage" => {
                let limit = usize::try_from(body["MaxNumberOfMessages"].as_u64().unwrap()).unwrap();
                let some: Vec<String> = dead.iter().filter(|text| !held.contains(*text)).take(limit).cloned().collect();
                held.extend(some.iter().cloned());
                let message = |text: &String| json!({ "MessageId": text, "Body": text, "ReceiptHandle": text });
                json!({ "Messages": some.iter().map(message).collect::<Vec<_>>() })
            }
            "SendMessageBatch" => Self::batch(body, "MessageBody", &self.not_sent.borrow(), |text| {
                self.sent.borrow_mut().push(text.to_owned());
            }),
            "DeleteMessageBatch" => Self::batch(body, "ReceiptHandle", &self.not_deleted.borrow(), |text| {
                dead.retain(|other| other != text);
            }),
            _ => unreachable!("{operation}"),
        })
    }
}

#[test]
fn what_a_queue_refuses_rests_where_it_was_and_the_others_go_once() {
    let queues = Queues::with(10);
    queues.not_sent.borrow_mut().push("message 3".to_owned());
    let refused = redrive(&queues, "mail", 100).unwrap_err().to_string();
    assert!(refused.contains("refused a message") && refused.contains("run it again"), "{refused}");
    assert_eq!(*queues.dead.borrow(), ["message 3"]);
    assert_eq!(piles(&queues).unwrap(), [Pile { name: "mail".to_owned(), messages: 1 }]);

    queues.not_sent.borrow_mut().clear();
    queues.time_passes();
    assert_eq!(redrive(&queues, "mail", 100).unwrap(), 1);
    assert!(queues.dead.borrow().is_empty());
    let mut sent = queues.sent.borrow().clone();
    sent.sort();
    assert_eq!(sent, (0..10).map(|n| format!("message {n}")).collect::<Vec<_>>());
}

/// It is in both queues then, and whoever works on it a second time has nothing to do.
#[test]
fn what_was_sent_and_cannot_be_deleted_is_told_and_goes_once_more() {
    let queues = Queues::with(10);
    queues.not_deleted.borrow_mut().push("message 7".to_owned());
    assert!(redrive(&queues, "mail", 100).is_err());
    assert_eq!((queues.sent.borrow().len(), queues.dead.borrow().clone()), (10, vec!["message 7".to_owned()]));
    queues.not_deleted.borrow_mut().clear();
    queues.time_passes();
    assert_eq!((redrive(&queues, "mail", 100).unwrap(), queues.sent.borrow().len()), (1, 11));
    assert!(queues.dead.borrow().is_empty());
}

#[test]
fn no_more_are_put_back_than_was_asked_for() {
    let queues = Queues::with(25);
    assert_eq!(redrive(&queues, "mail", 12).unwrap(), 12);
    assert_eq!((queues.sent.borrow().len(), queues.dead.borrow().len()), (12, 13));
}

#[test]
fn queues_have_names_for_people() {
    for (output, name) in [("Mail", "mail"), ("AccountJobs", "account-jobs")] {
        assert_eq!((kebab_case(output), pascal_case(name)), (name.to_owned(), output.to_owned()));
    }
}
