//! WebSocket: frames of `{"v":1,"type":…,"id":…,"data":{…}}` behind API Gateway.
//!
//! A client names each frame with an `id`; the answer (`ack` or `error`) carries the same one and travels back as the
//! route's response. A frame that cannot be read gets an error and keeps the socket.

pub mod asyncapi;
mod event;
mod frame;
pub mod protocol;

use std::time::Instant;

use aws_lambda_events::apigw::ApiGatewayWebsocketProxyRequest;
use axum::Router;
use lambda_http::Adapter;
use lambda_http::request::LambdaRequest;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;
use tower::Service;

pub use event::{Frame, SocketEvent};
pub use frame::{ClientFrame, ServerFrame};
use protocol::ServerKind;

use crate::domain::socket::ConnectionId;
use crate::edge::http::{Problem, service, status};
use crate::error::{Code, Error, Result};
use crate::telemetry;

type Answer = std::result::Result<Reply, lambda_runtime::Error>;

/// What API Gateway is told: for `$connect` whether to accept, for a frame what to send back.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    status_code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

impl Reply {
    /// Whether API Gateway lets the socket open, or the frame through.
    pub const fn is_accepted(&self) -> bool {
        self.status_code == 200
    }

    /// The frame that goes back to the client.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    fn of(outcome: Result<Option<String>>) -> Self {
        match outcome {
            Ok(body) => Self { status_code: 200, body },
            Err(error) => Self { status_code: status(error.kind()).as_u16(), body: None },
        }
    }
}

/// What a function does with its sockets.
pub trait Handler {
    fn connect(&self, connection_id: ConnectionId, ticket: Option<String>) -> impl Future<Output = Result<()>>;

    fn disconnect(&self, connection_id: ConnectionId) -> impl Future<Output = Result<()>>;

    fn frame(&self, connection_id: ConnectionId, frame: ClientFrame) -> impl Future<Output = Result<ServerFrame>>;
}

/// Serves a WebSocket API until Lambda ends the process.
pub async fn run(handler: impl Handler) -> std::result::Result<(), lambda_runtime::Error> {
    let handler = &handler;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<ApiGatewayWebsocketProxyRequest>| {
        Answer::Ok(handle(SocketEvent::from(event.payload), handler).await)
    }))
    .await
}

/// Serves one function behind both doors: frames of a route, and HTTP requests.
pub async fn run_with_http<F, R>(router: Router, on_frame: F) -> std::result::Result<(), lambda_runtime::Error>
where
    F: Fn(ConnectionId, ClientFrame) -> R,
    R: Future<Output = Result<ServerFrame>>,
{
    let (http, on_frame) = (Adapter::from(service(router)), &on_frame);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<LambdaRequest>| {
        let mut http = http.clone();
        async move {
            let answer = match SocketEvent::split(event) {
                Ok(SocketEvent::Frame(Frame { connection_id, body, request_id })) => {
                    let reply = answer(body, request_id, |frame| on_frame(connection_id, frame)).await;
                    serde_json::to_value(reply)?
                }
                Ok(_) => serde_json::to_value(Reply::of(Ok(None)))?,
                Err(event) => serde_json::to_value(http.call(*event).await?)?,
            };
            Ok::<Value, lambda_runtime::Error>(answer)
        }
    }))
    .await
}

/// Handles one event of a socket's life.
pub async fn handle(event: SocketEvent, handler: &impl Handler) -> Reply {
    match event {
        SocketEvent::Connect { connection_id, ticket, request_id } => {
            life("connect", request_id, handler.connect(connection_id, ticket)).await
        }
        SocketEvent::Disconnect { connection_id, request_id } => {
            life("disconnect", request_id, handler.disconnect(connection_id)).await
        }
        SocketEvent::Frame(Frame { connection_id, body, request_id }) => {
            answer(body, request_id, |frame| handler.frame(connection_id, frame)).await
        }
    }
}

async fn life(what: &'static str, request_id: String, work: impl Future<Output = Result<()>>) -> Reply {
    telemetry::with_request_id(request_id, async {
        let started = Instant::now();
        let outcome = work.await.inspect_err(telemetry::report);
        log(what, outcome.as_ref().err(), started);
        Reply::of(outcome.map(|()| None))
    })
    .await
}

/// Reads a frame, lets `work` answer it, and gives the answer or the problem the frame's id.
pub async fn answer<R>(body: Option<String>, request_id: String, work: impl FnOnce(ClientFrame) -> R) -> Reply
where
    R: Future<Output = Result<ServerFrame>>,
{
    telemetry::with_request_id(request_id.clone(), async {
        let started = Instant::now();
        let (id, read) = match body.as_deref() {
            Some(body) => ClientFrame::read(body),
            None => (None, Err(Error::new(Code::MalformedBody, "Frames must be text"))),
        };
        let kind = read.as_ref().map_or("unreadable", |frame| frame.kind.as_str());
        let outcome = match read {
            Ok(frame) => work(frame).await,
            Err(error) => Err(error),
        };
        log(kind, outcome.as_ref().err(), started);
        let frame = outcome.unwrap_or_else(|error| problem(&error, &request_id));
        Reply::of(Ok(Some(frame.in_answer_to(id).to_json())))
    })
    .await
}

fn problem(error: &Error, request_id: &str) -> ServerFrame {
    telemetry::report(error);
    ServerFrame::new(ServerKind::Error, Problem::new(error, request_id))
}

fn log(what: &str, error: Option<&Error>, started: Instant) {
    tracing::info!(
        frame.kind = what,
        error.code = error.map(|error| error.code().as_str()),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "frame"
    );
}
