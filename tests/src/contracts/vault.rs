//! The secret's vault against a Secrets Manager that keeps its word: a version's content never changes. The local AWS
//! overwrites it, so that two rotations at once are held apart here.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use shared::adapters::aws::Aws;
use shared::adapters::secrets::SecretVault;
use shared::config::Vars;
use shared::domain::keys::{Seed, Urgency, turn};
use shared::domain::time::Timestamp;
use shared::ports::keys::KeyVault;

use super::batches::finish;

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

/// A Secrets Manager with one secret, made by the template; answers its address.
fn secrets_manager() -> (String, Arc<Mutex<Secret>>) {
    let made = json!({ "version": 1, "seed": "0123456789abcdef".repeat(4) }).to_string();
    let versions = BTreeMap::from([("made-by-the-template".to_owned(), made)]);
    let secret = Arc::new(Mutex::new(Secret { versions, current: "made-by-the-template".to_owned() }));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = secret.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            serve(stream.unwrap(), &served);
        }
    });
    (address, secret)
}

/// Answers one request and hangs up.
fn serve(mut stream: TcpStream, secret: &Mutex<Secret>) {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let (operation, body) = loop {
        let count = stream.read(&mut buffer).unwrap();
        if count == 0 {
            return;
        }
        bytes.extend_from_slice(&buffer[..count]);
        if let Some(request) = parse(&bytes) {
            break request;
        }
    };
    let (status, answer) = secret.lock().unwrap().answer(&operation, &body);
    let text = answer.to_string();
    let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", text.len());
    stream.write_all((head + &text).as_bytes()).unwrap();
}

/// The operation and the body, once they are there.
fn parse(bytes: &[u8]) -> Option<(String, Value)> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(bytes).unwrap() else { return None };
    let header = |name: &str| {
        let found = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        String::from_utf8(found.unwrap().value.to_vec()).unwrap()
    };
    let length: usize = header("content-length").parse().unwrap();
    let body = bytes.get(head..head + length)?;
    let (_, operation) = header("x-amz-target").split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    Some((operation, serde_json::from_slice(body).unwrap()))
}

fn vault(address: &str) -> SecretVault {
    let vars = [("AWS_ENDPOINT_URL", address), ("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "nobody")];
    SecretVault::new(&Aws::new(&Vars::from_iter(vars)), "signing".to_owned())
}

#[test]
fn of_two_rotations_that_start_from_one_version_one_is_stored() {
    let (address, secret) = secrets_manager();
    let (one, two) = (vault(&address), vault(&address));
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
