//! A server that answers too much, too late, somewhere else or not at all.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Instant;

use super::*;
use crate::error::Code;

/// Answers one request with these bytes, keeps the connection open for a while, and tells what it was sent.
fn server(answer: &'static str, hold: Duration) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/path?q=1", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        stream.write_all(answer.as_bytes()).ok();
        thread::sleep(hold);
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    (url, served)
}

#[tokio::test]
async fn an_answer_is_read_with_its_age() {
    let head =
        "HTTP/1.1 200 OK\r\ncache-control: public, max-age=19800, must-revalidate\r\ncontent-length: 2\r\n\r\n[]";
    let (url, served) = server(head, Duration::ZERO);
    let answer = Web::default().get(&url, Some("a-token")).await.unwrap();
    assert!(answer.is_success());
    assert_eq!(answer.max_age(), Some(Duration::from_mins(330)));
    assert_eq!(answer.json::<Vec<u8>>(), Some(Vec::new()));
    let request = served.join().unwrap().to_lowercase();
    assert!(request.starts_with("get /path?q=1 http/1.1") && request.contains("authorization: bearer a-token"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (url, _) =
        server("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", Duration::ZERO);
    let answer = Web::default().post_form(&url, "a=b".to_owned()).await.unwrap();
    assert_eq!((answer.status(), answer.is_success(), answer.is_outage()), (302, false, false));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let body: &'static str = Box::leak("x".repeat(MAX_BYTES + 1).into_boxed_str());
    let answer = Box::leak(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}").into_boxed_str());
    let (url, _) = server(answer, Duration::ZERO);
    assert_eq!(Web::default().get(&url, None).await.unwrap_err().code(), Code::Unavailable);
}

#[tokio::test]
async fn a_server_that_starts_an_answer_and_never_ends_it_costs_three_seconds() {
    let (url, _) = server("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx", Duration::from_secs(6));
    let started = Instant::now();
    assert_eq!(Web::default().get(&url, None).await.unwrap_err().code(), Code::Unavailable);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = Web::default().get(&format!("http://{closed}/"), None).await.unwrap_err();
    assert!(error.retryable());
}
