//! Objects: put, perhaps under a condition, got, listed and deleted.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::http::Request;

#[derive(Debug, Default)]
pub(super) struct Objects {
    /// By bucket and key, each with the number of its version.
    stored: BTreeMap<String, (u64, Vec<u8>)>,
    versions: u64,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: &'static str,
    pub(super) etag: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    fn of(status: &'static str) -> Self {
        Self { status, etag: String::new(), body: Vec::new() }
    }

    fn error(status: &'static str, code: &str) -> Self {
        Self {
            body: format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>").into_bytes(),
            ..Self::of(status)
        }
    }
}

impl Objects {
    pub(super) fn sizes(&self, prefix: &str) -> Vec<(String, usize)> {
        let below = self.stored.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix));
        below.map(|(key, (_, bytes))| (key.clone(), bytes.len())).collect()
    }

    pub(super) fn answer(&mut self, request: &Request) -> Answer {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let path = path.trim_start_matches('/').trim_end_matches('/').to_owned();
        match request.method.as_str() {
            "GET" if query.contains("list-type=2") => self.list(&path, query),
            "GET" => match self.stored.get(&path) {
                Some((version, bytes)) => {
                    Answer { etag: format!("\"{version}\""), body: bytes.clone(), ..Answer::of("200 OK") }
                }
                None => Answer::error("404 Not Found", "NoSuchKey"),
            },
            "PUT" => self.put(path, request),
            "DELETE" => {
                self.stored.remove(&path);
                Answer::of("204 No Content")
            }
            _ => Answer::error("405 Method Not Allowed", "MethodNotAllowed"),
        }
    }

    fn put(&mut self, path: String, request: &Request) -> Answer {
        let there = self.stored.get(&path).map(|(version, _)| format!("\"{version}\""));
        let is_free = request.header("if-none-match").is_none() || there.is_none();
        let is_seen = request.header("if-match").is_none_or(|seen| there.as_deref() == Some(seen));
        if !is_free || !is_seen {
            return Answer::error("412 Precondition Failed", "PreconditionFailed");
        }
        self.versions += 1;
        self.stored.insert(path, (self.versions, request.body.clone()));
        Answer { etag: format!("\"{}\"", self.versions), ..Answer::of("200 OK") }
    }

    fn list(&self, bucket: &str, query: &str) -> Answer {
        let prefix = query.split('&').find_map(|part| part.strip_prefix("prefix=")).unwrap_or_default();
        let prefix = format!("{bucket}/{}", prefix.replace("%2F", "/"));
        let mut body = "<ListBucketResult><IsTruncated>false</IsTruncated>".to_owned();
        for (key, _) in self.sizes(&prefix) {
            let key = key.strip_prefix(bucket).unwrap_or(&key).trim_start_matches('/');
            // Writing to a String cannot fail.
            write!(body, "<Contents><Key>{key}</Key><LastModified>2026-11-26T02:00:00.000Z</LastModified></Contents>")
                .ok();
        }
        body.push_str("</ListBucketResult>");
        Answer { body: body.into_bytes(), ..Answer::of("200 OK") }
    }
}
