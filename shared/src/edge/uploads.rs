//! What S3 says through a queue when an object was made.
//!
//! It may say so twice, late and in any order, and it says that it will when the queue is first connected.

use serde::Deserialize;

use super::queue::Message;
use crate::error::{Error, Result};

/// What S3 sends once, to see whether anybody listens.
const TEST: &str = "s3:TestEvent";

#[derive(Debug, Deserialize)]
pub struct ObjectsMade {
    #[serde(rename = "Records", default)]
    records: Vec<Record>,
    #[serde(rename = "Event")]
    event: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Record {
    s3: Entity,
}

#[derive(Debug, Deserialize)]
struct Entity {
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    key: String,
}

impl Message for ObjectsMade {
    /// Whoever uploaded asked S3, not us.
    fn request_id(&self) -> Option<&str> {
        None
    }
}

impl ObjectsMade {
    /// The names of the objects.
    pub fn names(&self) -> Result<Vec<String>> {
        if self.records.is_empty() && self.event.as_deref() != Some(TEST) {
            return Err(Error::internal("a message that names no object"));
        }
        let names = self.records.iter().map(|record| decoded(&record.s3.object.key));
        names.map(|name| name.ok_or_else(|| Error::internal("the name of an object cannot be read"))).collect()
    }
}

/// Names come as in a form: `%20` or `+` for a space.
fn decoded(name: &str) -> Option<String> {
    let mut bytes = name.bytes();
    let mut decoded = Vec::with_capacity(name.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(message: serde_json::Value) -> Result<Vec<String>> {
        serde_json::from_value::<ObjectsMade>(message).unwrap().names()
    }

    #[test]
    fn names_are_read_and_tests_name_nothing() {
        let record = |key| json!({ "eventName": "ObjectCreated:Post", "s3": { "bucket": {}, "object": { "key": key, "size": 1 } } });
        let message = json!({ "Records": [record("quarantine%2Fa/b"), record("a+b%C3%A9")] });
        assert_eq!(names(message).unwrap(), ["quarantine/a/b", "a bé"]);
        assert!(names(json!({ "Service": "Amazon S3", "Event": TEST, "Bucket": "b" })).unwrap().is_empty());
    }

    #[test]
    fn what_names_nothing_is_poison() {
        assert!(names(json!({})).is_err());
        assert!(names(json!({ "Event": "s3:Other" })).is_err());
        for key in ["%", "%4", "%zz", "%ff"] {
            assert!(names(json!({ "Records": [{ "s3": { "object": { "key": key } } }] })).is_err(), "{key}");
        }
    }
}
