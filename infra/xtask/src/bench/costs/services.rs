//! Stubs that take as long as the services do, and note what they were asked.

use std::collections::BTreeMap;
use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::super::http::{Reader, Request, Server, respond};
use super::super::service::{Items, answer};
use super::prices::Kind;
use crate::failure::{Explain, Failure};

/// How often each kind of request came, and what one like it is called.
pub(super) type Requests = BTreeMap<(Kind, String), u64>;

/// The services at one port, for as long as they live.
#[derive(Debug)]
pub(super) struct Services {
    server: Server,
    requests: Arc<Mutex<Requests>>,
}

impl Services {
    /// With items in its tables, and an object in all its buckets.
    pub(super) fn start(items: Items, object: Vec<u8>) -> Result<Self, Failure> {
        let requests = Arc::new(Mutex::new(Requests::new()));
        let noted = requests.clone();
        let server = Server::start(move |stream| serve(stream, &items, &object, &noted));
        Ok(Self { server: server.explain(|| "cannot listen on a loopback port".to_owned())?, requests })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// What came since this was asked last.
    pub(super) fn requests(&self) -> Requests {
        std::mem::take(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn serve(mut stream: TcpStream, items: &Items, object: &[u8], noted: &Mutex<Requests>) -> io::Result<()> {
    let mut requests = Reader::new();
    while let Some(request) = requests.next(&mut stream)? {
        let (kind, name, units) = classify(&request);
        *noted.lock().unwrap_or_else(PoisonError::into_inner).entry((kind, name)).or_default() += units;
        thread::sleep(latency(kind));
        let headers = [("content-type", "application/x-amz-json-1.0"), ("etag", "\"bench\"")];
        match answer(&request, items) {
            Some(answer) => respond(&mut stream, "200 OK", &headers, answer.as_bytes())?,
            None if kind == Kind::ObjectRead => respond(&mut stream, "200 OK", &headers, object)?,
            None => respond(&mut stream, "200 OK", &headers, b"")?,
        }
    }
    Ok(())
}

/// What a service typically takes inside of a region, by what its users publish and its dashboards show.
const fn latency(kind: Kind) -> Duration {
    Duration::from_millis(match kind {
        Kind::Read | Kind::Write => 5,
        Kind::Queue => 8,
        Kind::ObjectRead | Kind::ObjectDeletion => 25,
        Kind::ObjectWrite => 40,
        Kind::Mail => 60,
        // Nobody waits for what a bucket tells.
        Kind::Event => 0,
    })
}

/// The kind of a request, what it is called, and how many units are paid for it, if its items are small.
fn classify(request: &Request) -> (Kind, String, u64) {
    let target = request.header("x-amz-target").and_then(|target| target.split_once('.'));
    if let Some((service, operation)) = target {
        if service.starts_with("AmazonSQS") {
            return (Kind::Queue, operation.to_owned(), 1);
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let writes = body["TransactItems"].as_array().map_or(1, Vec::len) as u64;
        return match operation {
            "GetItem" | "Query" | "BatchGetItem" => (Kind::Read, operation.to_owned(), 1),
            // A transaction writes everything twice.
            "TransactWriteItems" => (Kind::Write, operation.to_owned(), 2 * writes),
            _ => (Kind::Write, operation.to_owned(), 1),
        };
    }
    let kind = match request.method.as_str() {
        _ if request.path.starts_with("/v2/email/") => Kind::Mail,
        "GET" | "HEAD" => Kind::ObjectRead,
        "DELETE" => Kind::ObjectDeletion,
        _ => Kind::ObjectWrite,
    };
    (kind, request.method.clone(), 1)
}
