//! A search of everything that a town keeps, for an id in whatever form it is kept.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::domain::id::UserId;

use super::Town;

pub(crate) const TABLES: [&str; 8] =
    ["Accounts", "Sessions", "Profiles", "Social", "Chat", "Realtime", "Ops", "Outbox"];
const BUCKETS: [&str; 5] = ["Photos", "Index", "Exports", "Failures", "Backups"];
const QUEUES: [&str; 13] = [
    "Mail",
    "MailDeadLetter",
    "MailFeedback",
    "Push",
    "PushDeadLetter",
    "Embed",
    "EmbedDeadLetter",
    "Photo",
    "PhotoDeadLetter",
    "Account",
    "AccountDeadLetter",
    "Backup",
    "BackupDeadLetter",
];

/// One id, as text, as bytes, and as bytes in JSON.
pub(crate) struct Trace {
    text: String,
    bytes: [u8; 16],
    base64: String,
}

impl Trace {
    pub(crate) fn of(id: &str) -> Self {
        let bytes = *id.parse::<UserId>().unwrap().as_uuid().as_bytes();
        Self { text: id.to_owned(), bytes, base64: STANDARD.encode(bytes) }
    }

    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.contains(&self.text) || text.contains(&self.base64)
    }

    fn is_in_bytes(&self, bytes: &[u8]) -> bool {
        let text = self.text.as_bytes();
        bytes.windows(16).any(|window| window == self.bytes) || bytes.windows(text.len()).any(|window| window == text)
    }
}

pub(crate) struct Search<'t> {
    town: &'t Town,
    trace: Trace,
}

impl<'t> Search<'t> {
    pub(crate) fn of(town: &'t Town, id: &str) -> Self {
        Self { town, trace: Trace::of(id) }
    }

    /// Where the id is found, as in `Social USER#… BLOCK#…`.
    pub(crate) fn found(&self) -> Vec<String> {
        let mut found: Vec<String> = TABLES.iter().flat_map(|table| self.in_table(table)).collect();
        found.extend(BUCKETS.iter().flat_map(|bucket| self.in_bucket(bucket)));
        found.extend(QUEUES.iter().flat_map(|queue| self.in_queue(queue)));
        found
    }

    fn in_table(&self, table: &str) -> Vec<String> {
        let rows = rows(self.town, table).into_iter().filter(|item| self.trace.is_in(&item.to_string()));
        rows.map(|item| format!("{table} {} {}", text(&item["pk"]), text(&item["sk"]))).collect()
    }

    fn in_bucket(&self, bucket: &str) -> Vec<String> {
        let name = self.town.stack.output(&format!("{bucket}BucketName")).unwrap();
        let client = self.town.stack.client();
        let is_about =
            |key: &String| self.trace.is_in(key) || self.trace.is_in_bytes(&client.object(name, key).unwrap());
        let keys = client.object_names(name, "").unwrap().into_iter().filter(is_about);
        keys.map(|key| format!("{bucket} {key}")).collect()
    }

    /// A queue is looked at without its messages being hidden from whoever they are for.
    fn in_queue(&self, queue: &str) -> Vec<String> {
        let url = self.town.stack.output(&format!("{queue}QueueUrl")).unwrap();
        let look = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0 });
        let answer = self.town.stack.client().json("sqs", "AmazonSQS.ReceiveMessage", &look).unwrap();
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        let about = messages.iter().filter(|message| self.trace.is_in(&message.to_string()));
        about.map(|message| format!("{queue}Queue {}", message["Body"])).collect()
    }

    /// What the cache has that names the id, with how long that lasts, in milliseconds.
    pub(crate) fn cached(&self) -> Vec<(String, i64)> {
        let cache = self.town.stack.cache().expect("a town with a cache");
        let keys = cache.command(&["KEYS", "*"]).unwrap().text();
        let mut found = Vec::new();
        for key in keys.lines().filter(|key| !key.is_empty()) {
            let value = cache.command(&["GET", key]).map(|reply| reply.text()).unwrap_or_default();
            if self.trace.is_in(key) || self.trace.is_in(&value) {
                let left = cache.command(&["PTTL", key]).unwrap().number().unwrap();
                // It has ended between the two questions.
                if left != -2 {
                    found.push((key.to_owned(), left));
                }
            }
        }
        found
    }
}

/// Everything in a table.
pub(crate) fn rows(town: &Town, table: &str) -> Vec<Value> {
    let (mut rows, mut start) = (Vec::new(), Value::Null);
    loop {
        let mut scan = json!({ "TableName": town.table(table), "ConsistentRead": true });
        if !start.is_null() {
            scan["ExclusiveStartKey"] = start;
        }
        let mut answer = town.stack.dynamo("Scan", &scan).unwrap();
        if let Value::Array(found) = answer["Items"].take() {
            rows.extend(found);
        }
        start = answer["LastEvaluatedKey"].take();
        if start.is_null() {
            return rows;
        }
    }
}

fn text(attribute: &Value) -> &str {
    attribute["S"].as_str().unwrap()
}
