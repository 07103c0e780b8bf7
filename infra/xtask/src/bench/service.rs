//! A stub of the AWS services: tables hold what they are given at the start, every write succeeds and changes nothing, and
//! each secret is the same well-formed one.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::http::{Reader, Request, Server, respond};
use super::tls::Tls;
use crate::failure::{Explain, Failure};

const EMPTY_BUCKET: &str =
    "<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>";

/// What is in the tables, by the partition and sort key of each item.
pub(super) type Items = BTreeMap<(String, String), Item>;

/// An item, and its JSON: the stub is not to be what a caller waits for.
#[derive(Debug)]
pub(super) struct Item {
    attributes: Value,
    json: String,
}

impl From<Value> for Item {
    fn from(attributes: Value) -> Self {
        Self { json: attributes.to_string(), attributes }
    }
}

/// The services at one port, for as long as it lives.
#[derive(Debug)]
pub(super) struct Services {
    server: Server,
    scheme: &'static str,
    calls: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

/// How much a function asked of the services.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traffic {
    pub calls: usize,
    pub connections: usize,
}

impl Services {
    pub(super) fn plain() -> Result<Self, Failure> {
        Self::holding(Items::new())
    }

    pub(super) fn holding(items: Items) -> Result<Self, Failure> {
        Self::start("http", move |mut stream, calls| serve(&mut stream, calls, &items))
    }

    pub(super) fn encrypted(tls: &Tls) -> Result<Self, Failure> {
        let tls = tls.clone();
        Self::start("https", move |stream, calls| serve(&mut tls.accept(stream)?, calls, &Items::new()))
    }

    pub(super) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.server.address)
    }

    /// What came since this was asked last.
    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            calls: self.calls.swap(0, Ordering::Relaxed),
            connections: self.connections.swap(0, Ordering::Relaxed),
        }
    }

    fn start<F>(scheme: &'static str, serve: F) -> Result<Self, Failure>
    where
        F: Fn(std::net::TcpStream, &AtomicUsize) -> io::Result<()> + Send + Sync + 'static,
    {
        let (calls, connections) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counted, connected) = (calls.clone(), connections.clone());
        let server = Server::start(move |stream| {
            connected.fetch_add(1, Ordering::Relaxed);
            serve(stream, &counted)
        });
        let server = server.explain(|| "cannot listen on a loopback port".to_owned())?;
        Ok(Self { server, scheme, calls, connections })
    }
}

fn serve(stream: &mut (impl Read + Write), calls: &AtomicUsize, items: &Items) -> io::Result<()> {
    let mut requests = Reader::new();
    while let Some(request) = requests.next(stream)? {
        calls.fetch_add(1, Ordering::Relaxed);
        let body = match answer(&request, items) {
            Some(answer) => answer,
            None if request.path.contains("list-type=2") => EMPTY_BUCKET.to_owned(),
            None => String::new(),
        };
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amzn-requestid", "BENCH")];
        respond(stream, "200 OK", &headers, body.as_bytes())?;
    }
    Ok(())
}

/// Nothing for the services that answer without a body: S3's HEAD, and the posts to sockets.
pub(super) fn answer(request: &Request, items: &Items) -> Option<String> {
    let operation = request.header("x-amz-target").and_then(|target| target.rsplit('.').next());
    Some(match operation {
        Some("GetItem") => {
            item(request, items).map_or_else(|| "{}".to_owned(), |item| format!(r#"{{"Item":{}}}"#, item.json))
        }
        Some("UpdateItem") => r#"{"Attributes":{"count":{"N":"1"}}}"#.to_owned(),
        Some("Query" | "Scan") => {
            let found = query(request, items);
            let count = found.len();
            format!(r#"{{"Count":{count},"ScannedCount":{count},"Items":{}}}"#, list(found))
        }
        Some("BatchGetItem") => format!(r#"{{"Responses":{},"UnprocessedKeys":{{}}}}"#, batch(request, items)),
        Some("BatchWriteItem") => r#"{"UnprocessedItems":{}}"#.to_owned(),
        Some("GetSecretValue") => json!({"ARN": "arn", "Name": "bench", "SecretString": secret()}).to_string(),
        Some("SendMessage") => r#"{"MessageId":"bench"}"#.to_owned(),
        Some("SendMessageBatch") => r#"{"Successful":[],"Failed":[]}"#.to_owned(),
        Some(_) => "{}".to_owned(),
        None if request.path.starts_with("/v2/email/") => r#"{"MessageId":"bench"}"#.to_owned(),
        None => return None,
    })
}

fn list<'i>(items: impl IntoIterator<Item = &'i Item>) -> String {
    let items: Vec<&str> = items.into_iter().map(|item| item.json.as_str()).collect();
    format!("[{}]", items.join(","))
}

/// What is in one partition of a table or an index, in order, and between two sort keys if the request has them.
fn query<'i>(request: &Request, items: &'i Items) -> Vec<&'i Item> {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let name = |place: &str, usual: &str| body["ExpressionAttributeNames"][place].as_str().unwrap_or(usual).to_owned();
    let value = |place: &str| body["ExpressionAttributeValues"][place]["S"].as_str();
    let (partition, sort) =
        (name("#pk", "pk"), name("#sk", if body["IndexName"].is_string() { "directory_sk" } else { "sk" }));
    let part = |item: &'i Item, name: &str| item.attributes[name]["S"].as_str();
    let key = |item: &'i Item| part(item, &sort).unwrap_or_default();
    let within = |item: &'i Item| {
        value(":first").is_none_or(|first| key(item) >= first) && value(":last").is_none_or(|last| key(item) <= last)
    };
    let own = items.values().filter(|item| value(":pk").is_some_and(|wanted| part(item, &partition) == Some(wanted)));
    let mut found: Vec<&Item> = own.filter(|item| within(item)).collect();
    found.sort_by_key(|item| key(item));
    if body["ScanIndexForward"] == false {
        found.reverse();
    }
    found.truncate(body["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX));
    found
}

/// What there is of the keys that a request names, by table.
fn batch(request: &Request, items: &Items) -> String {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let tables = body["RequestItems"].as_object().into_iter().flatten();
    let found = tables.map(|(table, wanted)| {
        let keys = wanted["Keys"].as_array().into_iter().flatten();
        format!("{}:{}", json!(table), list(keys.filter_map(|key| find(key, items))))
    });
    format!("{{{}}}", found.collect::<Vec<_>>().join(","))
}

fn item<'i>(request: &Request, items: &'i Items) -> Option<&'i Item> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    find(&body["Key"], items)
}

fn find<'i>(key: &Value, items: &'i Items) -> Option<&'i Item> {
    let part = |name: &str| key[name]["S"].as_str().map(str::to_owned);
    items.get(&(part("pk")?, part("sk")?))
}

fn secret() -> String {
    json!({"version": 1, "seed": "0123456789abcdef".repeat(4)}).to_string()
}
