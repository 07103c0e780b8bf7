//! One call of a function and its answer, on the wire.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

/// A call that got through, and what was answered.
pub(crate) struct Exchange {
    pub(crate) operation: String,
    pub(crate) request: Value,
    pub(crate) answer: Value,
}

impl Exchange {
    pub(super) fn of(call: &Call, answer: &[u8]) -> Self {
        let json = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap_or_default();
        Self { operation: call.operation().to_owned(), request: json(&call.body), answer: json(answer) }
    }
}

/// One request as it came in.
pub(super) struct Call {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Call {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The operation, as in `x-amz-target: DynamoDB_20120810.GetItem`; of a call to a socket, its method.
    pub(super) fn operation(&self) -> &str {
        self.header("x-amz-target").and_then(|target| target.rsplit('.').next()).unwrap_or(&self.method)
    }

    /// The call in a line, for whoever asks at which one something broke.
    pub(super) fn told(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        format!("{} {} {}", self.operation(), self.path, body.chars().take(1_000).collect::<String>())
    }
}

pub(super) fn read_call(stream: &mut TcpStream) -> std::io::Result<Option<Call>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        if let Some((mut call, body_start, length)) = parse_head(&bytes)
            && bytes.len() >= body_start + length
        {
            call.body = bytes[body_start..body_start + length].to_vec();
            return Ok(Some(call));
        }
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
}

/// The request without its body, where the body starts, and how long it is; nothing while the head is incomplete.
fn parse_head(bytes: &[u8]) -> Option<(Call, usize, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let Ok(httparse::Status::Complete(body_start)) = request.parse(bytes) else { return None };
    let (method, path) = (request.method?.to_owned(), request.path.unwrap_or("/").to_owned());
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = request.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
    let call = Call { method, path, headers, body: Vec::new() };
    let length = call.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    Some((call, body_start, length))
}

pub(super) fn forward(agent: &Agent, upstream: &str, call: &Call) -> (u16, Vec<u8>) {
    // The host stays: it is part of what the function signed.
    let hop_by_hop = ["content-length", "connection", "accept-encoding"];
    let mut request = Request::builder().method(call.method.as_str()).uri(format!("{upstream}{}", call.path));
    for (name, value) in &call.headers {
        if !hop_by_hop.iter().any(|skipped| name.eq_ignore_ascii_case(skipped)) {
            request = request.header(name, value);
        }
    }
    let answered = if call.body.is_empty() {
        agent.run(request.body(()).unwrap())
    } else {
        agent.run(request.body(&call.body[..]).unwrap())
    };
    let mut response = answered.expect("the emulator answers");
    (response.status().as_u16(), response.body_mut().read_to_vec().expect("the emulator answers in full"))
}

pub(super) fn write_answer(stream: &mut TcpStream, status: u16, body: &[u8]) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat())
}
