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
pub(super) type Items = BTreeMap<(String, String), Value>;

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
            Some(answer) => answer.to_string(),
            None if request.path.contains("list-type=2") => EMPTY_BUCKET.to_owned(),
            None => String::new(),
        };
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amzn-requestid", "BENCH")];
        respond(stream, "200 OK", &headers, body.as_bytes())?;
    }
    Ok(())
}

/// Nothing for the services that answer without a body: S3's HEAD, and the posts to sockets.
fn answer(request: &Request, items: &Items) -> Option<Value> {
    let operation = request.header("x-amz-target").and_then(|target| target.rsplit('.').next());
    match operation {
        Some("GetItem") => Some(item(request, items).map_or_else(|| json!({}), |item| json!({ "Item": item }))),
        Some("UpdateItem") => Some(json!({"Attributes": {"count": {"N": "1"}}})),
        Some("Query" | "Scan") => {
            let found = query(request, items);
            Some(json!({"Count": found.len(), "ScannedCount": found.len(), "Items": found}))
        }
        Some("BatchGetItem") => Some(json!({"Responses": batch(request, items), "UnprocessedKeys": {}})),
        Some("BatchWriteItem") => Some(json!({"UnprocessedItems": {}})),
        Some("GetSecretValue") => Some(json!({"ARN": "arn", "Name": "bench", "SecretString": secret()})),
        Some("SendMessage") => Some(json!({"MessageId": "bench"})),
        Some("SendMessageBatch") => Some(json!({"Successful": [], "Failed": []})),
        Some(_) => Some(json!({})),
        None if request.path.starts_with("/v2/email/") => Some(json!({"MessageId": "bench"})),
        None => None,
    }
}

/// What is in one partition of a table or an index, in order, and between two sort keys if the request has them.
fn query<'i>(request: &Request, items: &'i Items) -> Vec<&'i Value> {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let name = |place: &str, usual: &str| body["ExpressionAttributeNames"][place].as_str().unwrap_or(usual).to_owned();
    let value = |place: &str| body["ExpressionAttributeValues"][place]["S"].as_str();
    let (partition, sort) =
        (name("#pk", "pk"), name("#sk", if body["IndexName"].is_string() { "directory_sk" } else { "sk" }));
    let key = |item: &'i Value| item[&sort]["S"].as_str().unwrap_or_default();
    let within = |item: &'i Value| {
        value(":first").is_none_or(|first| key(item) >= first) && value(":last").is_none_or(|last| key(item) <= last)
    };
    let own = items.values().filter(|item| value(":pk").is_some_and(|wanted| item[&partition]["S"] == *wanted));
    let mut found: Vec<&Value> = own.filter(|item| within(item)).collect();
    found.sort_by_key(|item| key(item));
    if body["ScanIndexForward"] == false {
        found.reverse();
    }
    found.truncate(body["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX));
    found
}

/// What there is of the keys that a request names, by table.
fn batch(request: &Request, items: &Items) -> Value {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let tables = body["RequestItems"].as_object().into_iter().flatten();
    let found = tables.map(|(table, wanted)| {
        let keys = wanted["Keys"].as_array().into_iter().flatten();
        let part = |key: &Value, name: &str| key[name]["S"].as_str().map(str::to_owned);
        let found = keys.filter_map(|key| items.get(&(part(key, "pk")?, part(key, "sk")?)));
        (table.clone(), json!(found.collect::<Vec<_>>()))
    });
    Value::Object(found.collect())
}

fn item<'i>(request: &Request, items: &'i Items) -> Option<&'i Value> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    let part = |name: &str| body["Key"][name]["S"].as_str().map(str::to_owned);
    items.get(&(part("pk")?, part("sk")?))
}

fn secret() -> String {
    json!({"version": 1, "seed": "0123456789abcdef".repeat(4)}).to_string()
}
