//! What failed five times and rests in a dead-letter queue: counted, looked at, and put back into the queue it came from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::calendar::rfc3339;
use crate::deployment::Deployment;
use crate::failure::Failure;

/// The outputs of the stack that are dead-letter queues end so.
const OUTPUT: &str = "DeadLetterQueueUrl";
/// The most messages that one call carries.
const BATCH: usize = 10;
/// For how long a message is out of others' sight while it is looked at or moved, in seconds.
const GRASP: u64 = 30;

/// A dead-letter queue and how many messages rest in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Pile {
    pub name: String,
    pub messages: u64,
}

#[derive(Debug)]
pub struct DeadLetter {
    pub message_id: String,
    /// The queue in which it failed, by the name of its URL.
    pub came_from: Option<String>,
    /// When it was sent first, RFC 3339.
    pub sent_at: String,
    pub body: String,
    receipt: String,
}

/// All dead-letter queues of a deployment, such as `mail`.
pub fn piles(deployment: &dyn Deployment) -> Result<Vec<Pile>, Failure> {
    let outputs = deployment.outputs().iter();
    let piles = outputs.filter_map(|(output, url)| Some((output.strip_suffix(OUTPUT)?, url)));
    piles.map(|(name, url)| Ok(Pile { name: kebab_case(name), messages: count(deployment, url)? })).collect()
}

/// At most `limit` of the messages that rest in a queue; they stay in it.
pub fn look(deployment: &dyn Deployment, name: &str, limit: usize) -> Result<Vec<DeadLetter>, Failure> {
    let url = url_of(deployment, name)?;
    let mut letters = Vec::new();
    let looked = hold(deployment, url, limit, &mut letters, |_| false);
    let_go(deployment, url, &letters)?;
    looked.map(|()| letters)
}

/// Deletes a message for good.
pub fn discard(deployment: &dyn Deployment, name: &str, message_id: &str) -> Result<(), Failure> {
    let url = url_of(deployment, name)?;
    let mut letters = Vec::new();
    let is_it = |letter: &DeadLetter| letter.message_id == message_id;
    let looked = hold(deployment, url, usize::MAX, &mut letters, is_it);
    let found = letters.iter().position(is_it).map(|at| letters.swap_remove(at));
    let_go(deployment, url, &letters)?;
    looked?;
    let Some(letter) = found else {
        return Err(Failure::new(format!("no message {message_id} rests in `{name}`"))
            .remedy("see `cargo xtask dlq show`; what somebody else looks at is out of sight for half a minute"));
    };
    deployment.sqs("DeleteMessage", &json!({ "QueueUrl": url, "ReceiptHandle": letter.receipt }))?;
    Ok(())
}

/// Receives at most `limit` messages, and no more after one that is `enough`. After a failure some may be held.
fn hold(
    deployment: &dyn Deployment,
    url: &str,
    limit: usize,
    letters: &mut Vec<DeadLetter>,
    enough: impl Fn(&DeadLetter) -> bool,
) -> Result<(), Failure> {
    while letters.len() < limit && !letters.iter().any(&enough) {
        let some = receive(deployment, url, BATCH.min(limit - letters.len()))?;
        if some.is_empty() {
            break;
        }
        letters.extend(some);
    }
    Ok(())
}

/// Lets others see the messages again at once.
fn let_go(deployment: &dyn Deployment, url: &str, letters: &[DeadLetter]) -> Result<(), Failure> {
    for some in letters.chunks(BATCH) {
        let shown = |(n, letter): (usize, &DeadLetter)| json!({ "Id": n.to_string(), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0 });
        let entries: Vec<Value> = some.iter().enumerate().map(shown).collect();
        deployment.sqs("ChangeMessageVisibilityBatch", &json!({ "QueueUrl": url, "Entries": entries }))?;
    }
    Ok(())
}

/// Puts at most `limit` messages back into the queues in which they failed, and answers how many.
///
/// A message is sent before it is deleted: whatever dies in between leaves it in both, and consumers are idempotent.
pub fn redrive(deployment: &dyn Deployment, name: &str, limit: usize) -> Result<usize, Failure> {
    let url = url_of(deployment, name)?;
    let mut moved = 0;
    while moved < limit {
        let letters = receive(deployment, url, BATCH.min(limit - moved))?;
        if letters.is_empty() {
            break;
        }
        let mut sources: BTreeMap<&str, Vec<&DeadLetter>> = BTreeMap::new();
        for letter in &letters {
            sources.entry(source_of(deployment, name, letter)?).or_default().push(letter);
        }
        for (source, letters) in sources {
            moved += put_back(deployment, url, source, &letters)?;
        }
    }
    Ok(moved)
}

/// Sends messages and deletes those that were taken; what a queue refuses stays where it is.
fn put_back(deployment: &dyn Deployment, url: &str, source: &str, letters: &[&DeadLetter]) -> Result<usize, Failure> {
    let sent = |(n, letter): (usize, &&DeadLetter)| json!({ "Id": n.to_string(), "MessageBody": letter.body });
    let entries: Vec<Value> = letters.iter().enumerate().map(sent).collect();
    let answer = deployment.sqs("SendMessageBatch", &json!({ "QueueUrl": source, "Entries": entries }))?;
    let failed = answer["Failed"].as_array().into_iter().flatten();
    let left: BTreeSet<&str> = failed.filter_map(|entry| entry["Id"].as_str()).collect();
    let gone = |(n, letter): (usize, &&DeadLetter)| json!({ "Id": n.to_string(), "ReceiptHandle": letter.receipt });
    let entries: Vec<Value> =
        letters.iter().enumerate().filter(|(n, _)| !left.contains(n.to_string().as_str())).map(gone).collect();
    if !entries.is_empty() {
        refused(&deployment.sqs("DeleteMessageBatch", &json!({ "QueueUrl": url, "Entries": entries }))?)?;
    }
    refused(&answer)?;
    Ok(letters.len())
}

fn refused(answer: &Value) -> Result<(), Failure> {
    match answer["Failed"].as_array().and_then(|failed| failed.first()) {
        Some(entry) => Err(Failure::new("the queue refused a message")
            .evidence(entry.to_string())
            .remedy("run it again: what was moved is moved, and the rest is where it was")),
        None => Ok(()),
    }
}

fn count(deployment: &dyn Deployment, url: &str) -> Result<u64, Failure> {
    let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
    let answer = deployment.sqs("GetQueueAttributes", &json!({ "QueueUrl": url, "AttributeNames": names }))?;
    let number = |name: &str| answer["Attributes"][name].as_str().and_then(|text| text.parse::<u64>().ok());
    Ok(names.into_iter().filter_map(number).sum())
}

fn receive(deployment: &dyn Deployment, url: &str, limit: usize) -> Result<Vec<DeadLetter>, Failure> {
    let wanted = json!({
        "QueueUrl": url, "MaxNumberOfMessages": limit, "VisibilityTimeout": GRASP, "AttributeNames": ["All"],
    });
    let answer = deployment.sqs("ReceiveMessage", &wanted)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let letter = |message: &Value| {
        let attributes = &message["Attributes"];
        let sent: u64 = attributes["SentTimestamp"].as_str().and_then(|millis| millis.parse().ok()).unwrap_or_default();
        let source = attributes["DeadLetterQueueSourceArn"].as_str();
        DeadLetter {
            message_id: text(&message["MessageId"]),
            came_from: source.and_then(|arn| arn.rsplit(':').next()).map(str::to_owned),
            sent_at: rfc3339(sent),
            body: text(&message["Body"]),
            receipt: text(&message["ReceiptHandle"]),
        }
    };
    Ok(answer["Messages"].as_array().into_iter().flatten().map(letter).collect())
}

/// The queue in which a message failed. What was put into a dead-letter queue by hand belongs to the queue of its name.
fn source_of<'d>(deployment: &'d dyn Deployment, name: &str, letter: &DeadLetter) -> Result<&'d str, Failure> {
    let is_it = |url: &&str| url.rsplit('/').next() == letter.came_from.as_deref();
    let known = deployment.outputs().values().map(String::as_str).find(is_it);
    known.map_or_else(|| deployment.output(&format!("{}QueueUrl", pascal_case(name))), Ok)
}

fn url_of<'d>(deployment: &'d dyn Deployment, name: &str) -> Result<&'d str, Failure> {
    let outputs = deployment.outputs();
    outputs.get(&format!("{}{OUTPUT}", pascal_case(name))).map(String::as_str).ok_or_else(|| {
        let names = outputs.keys().filter_map(|output| output.strip_suffix(OUTPUT)).map(kebab_case);
        Failure::new(format!("there is no dead-letter queue `{name}`"))
            .remedy(format!("name one of these: {}", names.collect::<Vec<_>>().join(", ")))
    })
}

/// `AccountJobs` is `account-jobs` for people.
fn kebab_case(name: &str) -> String {
    let dashed = |letter: char| {
        let dash = letter.is_ascii_uppercase().then_some('-');
        dash.into_iter().chain([letter.to_ascii_lowercase()])
    };
    name.chars().flat_map(dashed).collect::<String>().trim_start_matches('-').to_owned()
}

fn pascal_case(name: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(capitalised).collect()
}

#[cfg(test)]
#[path = "dead_letters_tests.rs"]
mod tests;
