//! A store in memory that speaks as much of `DynamoDB` and S3 as backups need, and keeps what it is given.
//!
//! The local AWS answers a few hundred calls a second, and takes longer for each page the more items a table has. What is to
//! be measured, or done with a hundred thousand items, is done with this one.

mod objects;
mod tables;

use std::io;
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::http::{Reader, Server, respond};
use crate::failure::{Explain, Failure};
use objects::Objects;
use tables::Tables;

#[derive(Debug, Default)]
struct Content {
    tables: Mutex<Tables>,
    objects: Mutex<Objects>,
    calls: AtomicU64,
}

/// The store at one port, for as long as it lives.
#[derive(Debug)]
pub struct Store {
    server: Server,
    content: Arc<Content>,
}

impl Store {
    pub fn start() -> Result<Self, Failure> {
        let content = Arc::new(Content::default());
        let shared = content.clone();
        let server = Server::start(move |stream| serve(stream, &shared));
        Ok(Self { server: server.explain(|| "cannot listen on a loopback port".to_owned())?, content })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// A call of `DynamoDB`, without the way over the wire.
    pub fn call(&self, operation: &str, body: &Value) -> Option<String> {
        locked(&self.content.tables).answer(operation, body).ok()
    }

    /// The bytes of all items of a table, as JSON, and how many there are.
    pub fn size(&self, table: &str) -> (u64, u64) {
        locked(&self.content.tables).size(table)
    }

    /// The names and sizes of all objects whose key, with the bucket before it, begins like this.
    pub fn objects(&self, prefix: &str) -> Vec<(String, usize)> {
        locked(&self.content.objects).sizes(prefix)
    }

    /// From now on it has more to do than it can: of batches it refuses some, and leaves a half of others undone.
    pub fn tires(&self) {
        locked(&self.content.tables).tire();
    }

    /// How many calls came since this was asked last.
    pub fn calls(&self) -> u64 {
        self.content.calls.swap(0, Ordering::Relaxed)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: TcpStream, content: &Content) -> io::Result<()> {
    let mut requests = Reader::new();
    while let Some(request) = requests.next(&mut stream)? {
        content.calls.fetch_add(1, Ordering::Relaxed);
        let json = [("content-type", "application/x-amz-json-1.0")];
        if let Some(operation) = request.header("x-amz-target").and_then(|target| target.rsplit('.').next()) {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let answer = locked(&content.tables).answer(operation, &body);
            match answer {
                Ok(answer) => respond(&mut stream, "200 OK", &json, answer.as_bytes())?,
                Err(code) => {
                    let error =
                        format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"{operation}"}}"#);
                    respond(&mut stream, "400 Bad Request", &json, error.as_bytes())?;
                }
            }
        } else {
            let answer = locked(&content.objects).answer(&request);
            let headers = [("content-type", "application/xml"), ("etag", answer.etag.as_str())];
            respond(&mut stream, answer.status, &headers, &answer.body)?;
        }
    }
    Ok(())
}
