//! The secret's vault against a Secrets Manager that keeps its word: a version's content never changes. The local AWS
//! overwrites it, so that two rotations at once are held apart here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use shared::adapters::aws::Aws;
use shared::adapters::secrets::SecretVault;
use shared::domain::keys::{Seed, Urgency, turn};
use shared::domain::time::Timestamp;
use shared::ports::keys::KeyVault;

use super::batches::finish;
use crate::support::served;

/// The versions of one secret, and which of them is current.
#[derive(Default)]
struct Secret {
    versions: BTreeMap<String, String>,
    current: String,
}

impl Secret {
    fn answer(&mut self, operation: &str, body: &Value) -> (u16, Value) {
        if operation == "GetSecretValue" {
            return (200, json!({ "VersionId": self.current, "SecretString": self.versions[&self.current] }));
        }
        let text = |field: &str| body[field].as_str().unwrap().to_owned();
        let (version, content) = (text("ClientRequestToken"), text("SecretString"));
        if self.versions.get(&version).is_some_and(|known| *known != content) {
            return (400, json!({ "__type": "ResourceExistsException", "Message": "a version cannot be changed" }));
        }
        self.versions.insert(version.clone(), content);
        self.current.clone_from(&version);
        (200, json!({ "VersionId": version }))
    }
}

/// A Secrets Manager with one secret, made by the template, and its clients.
fn secrets_manager() -> (Aws, Arc<Mutex<Secret>>) {
    let made = json!({ "version": 1, "seed": "0123456789abcdef".repeat(4) }).to_string();
    let versions = BTreeMap::from([("made-by-the-template".to_owned(), made)]);
    let secret = Arc::new(Mutex::new(Secret { versions, current: "made-by-the-template".to_owned() }));
    let kept = secret.clone();
    (served(move |operation, body| kept.lock().unwrap().answer(operation, body)), secret)
}

#[test]
fn of_two_rotations_that_start_from_one_version_one_is_stored() {
    let (aws, secret) = secrets_manager();
    let vault = || SecretVault::new(&aws, "signing".to_owned());
    let (one, two) = (vault(), vault());
    finish(async {
        let (before_one, before_two) = (one.read().await.unwrap(), two.read().await.unwrap());
        assert_eq!(before_one.version, "made-by-the-template");
        let now = Timestamp::from_unix_seconds(1_800_000_000);
        let next = |byte| {
            let seed = || Seed::from_chance([byte; 32]);
            turn(&before_one.ring, &[], Urgency::Now, now, seed).unwrap().unwrap()
        };
        let (next_one, next_two) = (next(1), next(2));
        assert!(one.replace(&before_one.version, &next_one).await.unwrap());
        assert!(!two.replace(&before_two.version, &next_two).await.unwrap(), "it knows nothing of the first one");
        // The SDK repeats a write whose answer was lost.
        assert!(one.replace(&before_one.version, &next_one).await.unwrap());
        let stored = two.read().await.unwrap();
        assert_eq!(stored.ring.newest().kid(), next_one.newest().kid());
        assert!(two.replace(&stored.version, &next_two).await.unwrap(), "it goes on from what it has read");
    });
    assert_eq!(secret.lock().unwrap().versions.len(), 3);
}
