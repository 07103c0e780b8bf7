//! A service that speaks AWS JSON and answers as a test says, for what the local AWS does not do.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::Value;
use shared::adapters::aws::Aws;
use shared::config::Vars;

/// Answers each operation with a status and a body; whoever has the clients reaches it and nothing else.
pub(crate) fn served(mut answer: impl FnMut(&str, &Value) -> (u16, Value) + Send + 'static) -> Aws {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            serve(stream.unwrap(), &mut answer);
        }
    });
    let vars = [("AWS_ENDPOINT_URL", &*address), ("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "nobody")];
    Aws::new(&Vars::from_iter(vars))
}

/// Answers one request and hangs up.
fn serve(mut stream: TcpStream, answer: &mut impl FnMut(&str, &Value) -> (u16, Value)) {
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
    let (status, answer) = answer(&operation, &body);
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
