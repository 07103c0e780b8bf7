//! An API that answers, refuses, stalls and hangs up.

mod server;

use std::time::{Duration, Instant};

use futures::future::join_all;

use super::*;
use crate::domain::time::Timestamp;
use crate::error::Code;
use server::Says::{HangUp, LastStatus, Stall, Status};
use server::{Multiplexing, Server, sockets_at};

fn to(name: &str) -> ConnectionId {
    ConnectionId::new(name)
}

#[tokio::test]
async fn what_the_api_answers_is_told_apart() {
    let server = Server::start([200, 204, 410, 429, 500, 503, 403, 400, 413].map(Status));
    let sockets = server.sockets();
    for _ in 0..2 {
        assert_eq!(sockets.post(&to("a"), "{}").await.unwrap(), Posted::Accepted);
    }
    assert_eq!(sockets.post(&to("a"), "{}").await.unwrap(), Posted::Gone);
    for status in [429, 500, 503] {
        assert!(sockets.post(&to("a"), "{}").await.unwrap_err().retryable(), "{status}");
    }
    for status in [403, 400, 413] {
        assert_eq!(sockets.post(&to("a"), "{}").await.unwrap_err().code(), Code::Internal, "{status}");
    }
    assert_eq!(server.connections(), 1, "one after another, they need one connection");
}

#[tokio::test]
async fn a_request_has_the_frame_and_a_signature() {
    let server = Server::start([Status(200)]);
    server.sockets().post(&to("L0SM9c/F+HcCIhw="), r#"{"v":1}"#).await.unwrap();
    let request = server.requests.lock().unwrap().remove(0);
    assert!(request.starts_with("POST /v1/@connections/L0SM9c%2FF%2BHcCIhw%3D HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"v\":1}"), "{request}");
    for header in ["host: 127.0.0.1:", "x-amz-date: ", "x-amz-security-token: a/session+token==", "content-length: 7"] {
        assert!(request.contains(&format!("\r\n{header}")), "{request}");
    }
}

/// What botocore 1.43 says of the same request.
#[tokio::test]
async fn a_signature_is_the_one_that_aws_computes() {
    let sockets = sockets_at("https://abc123.execute-api.eu-central-1.amazonaws.com/v1", None);
    let uri = format!("{}/@connections/{}", sockets.0.endpoint.as_deref().unwrap(), encoded(&to("L0SM9cOFvHcCIhw=")));
    let mut request = Request::post(uri).body(Bytes::from_static(br#"{"v":1}"#)).unwrap();
    sockets.0.signer.sign(&mut request, Timestamp::from_unix_seconds(1_795_685_400)).await.unwrap();
    assert_eq!(request.headers()["x-amz-date"], "20261126T093000Z");
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261126/eu-central-1/execute-api/aws4_request, \
         SignedHeaders=host;x-amz-date;x-amz-security-token, \
         Signature=fef4e0d3aab84e8208ddd5dad987404d689e10fb18151e724bc1662b3a658162"
    );
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_replaced() {
    let server = Server::start([LastStatus(200), HangUp, Status(200)]);
    let sockets = server.sockets();
    sockets.post(&to("a"), "1").await.unwrap();
    // Whether the end of the first connection is known by now or found out by writing to it must not matter.
    std::thread::sleep(Duration::from_millis(60));
    let error = sockets.post(&to("a"), "2").await.unwrap_err();
    assert!(error.retryable(), "a new connection that is closed without an answer says something about the API");
    assert_eq!(server.connections(), 2);
    assert_eq!(sockets.post(&to("a"), "3").await.unwrap(), Posted::Accepted);
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_kept_connection_that_hangs_up_on_a_request_is_replaced() {
    let server = Server::start([Status(200), HangUp, Status(200)]);
    let sockets = server.sockets();
    sockets.post(&to("a"), "1").await.unwrap();
    assert_eq!(sockets.post(&to("a"), "2").await.unwrap(), Posted::Accepted);
    assert_eq!(server.connections(), 2);
    let bodies: Vec<_> =
        server.requests.lock().unwrap().iter().map(|request| request[request.len() - 1..].to_owned()).collect();
    assert_eq!(bodies, ["1", "2", "2"]);
}

#[tokio::test]
async fn who_stalls_is_given_up_and_keeps_nobody_waiting() {
    let server = Server::start([Stall, Status(200)]);
    let sockets = server.sockets();
    let began = Instant::now();
    let stalled = tokio::spawn({
        let sockets = sockets.clone();
        async move { sockets.post(&to("a"), "1").await.unwrap_err() }
    });
    while server.requests.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for frame in ["2", "3"] {
        assert_eq!(sockets.post(&to("b"), frame).await.unwrap(), Posted::Accepted);
    }
    assert!(!stalled.is_finished(), "the others were answered meanwhile");
    assert!(stalled.await.unwrap().retryable());
    assert!((1_400..3_500).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    sockets.post(&to("b"), "4").await.unwrap();
    assert_eq!(server.connections(), 2, "whose connection was kept, because it was not the one that stalled");
}

#[tokio::test]
async fn nobody_there_is_worth_another_try() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(sockets_at(&format!("http://{closed}"), None).post(&to("a"), "1").await.unwrap_err().retryable());
}

#[tokio::test]
async fn closing_is_repeated_and_closing_what_is_gone_is_no_error() {
    let server = Server::start([500, 429, 204, 410, 403].map(Status));
    let sockets = server.sockets();
    sockets.close(&to("a")).await.unwrap();
    sockets.close(&to("a")).await.unwrap();
    assert_eq!(sockets.close(&to("a")).await.unwrap_err().code(), Code::Internal);
    let requests = server.requests.lock().unwrap();
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|request| request.starts_with("DELETE /v1/@connections/a HTTP/1.1\r\n")));
}

#[tokio::test]
async fn many_posts_share_few_connections_over_http_2() {
    let server = Multiplexing::start().await;
    for _ in 0..2 {
        let answers = join_all((0..250).map(|_| async { server.sockets.post(&to("200"), "{}").await.unwrap() })).await;
        assert!(answers.iter().all(|posted| *posted == Posted::Accepted));
    }
    assert_eq!(server.connections(), 3, "a hundred on each");
    assert_eq!(server.sockets.post(&to("410"), "{}").await.unwrap(), Posted::Gone);
    assert!(server.sockets.post(&to("429"), "{}").await.unwrap_err().retryable());
    server.sockets.close(&to("204")).await.unwrap();
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn shared_connections_that_a_freeze_has_killed_are_replaced_once() {
    let server = Multiplexing::start().await;
    join_all((0..250).map(|_| async { server.sockets.post(&to("200"), "{}").await.unwrap() })).await;
    server.end_all();
    let answers = join_all((0..90).map(|_| async { server.sockets.post(&to("200"), "{}").await.unwrap() })).await;
    assert!(answers.iter().all(|posted| *posted == Posted::Accepted));
    assert_eq!(server.connections(), 4, "one that all share again");
}

#[tokio::test]
async fn a_stalled_stream_costs_the_others_nothing() {
    let server = Multiplexing::start().await;
    let began = Instant::now();
    let stalled = async {
        let error = server.sockets.post(&to("stalls"), "{}").await.unwrap_err();
        assert!(error.retryable());
        began.elapsed()
    };
    let others = async {
        for _ in 0..10 {
            server.sockets.post(&to("200"), "{}").await.unwrap();
        }
        began.elapsed()
    };
    let (stalled, others) = tokio::join!(stalled, others);
    assert!(others < stalled, "{others:?} {stalled:?}");
    server.sockets.post(&to("200"), "{}").await.unwrap();
    assert_eq!(server.connections(), 1, "they showed that it is alive");
}
