//! The functions as they are deployed, and what AWS does with them: it invokes them for frames, requests, stream records,
//! queue messages and by the clock, and repeats what failed.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use shared::delivery::{Delivery, PromisedDelivery, QUEUE_DEADLINE};
use shared::domain::id::{Id, SessionId, UserId};
use shared::domain::socket::ConnectionId;
use shared::domain::token::{Claims, SigningKey};
use shared::edge::http::{Authenticator, Limiter};
use shared::edge::ws::{self, ClientFrame, SocketEvent};
use shared::presences::Presences;
use tokio::task::spawn_local;
use tokio::time::sleep;
use tower::ServiceExt;

use super::gateway::{Gateway, Incoming};
use super::life::invoke;
use super::memory::{Memory, OneKey};
use super::world::{Plant, World};

const ISSUER: &str = "https://api.example.org";
/// The time limits of the template.
const SEND_LIMIT: Duration = Duration::from_secs(25);
const LIMIT: Duration = Duration::from_secs(10);

/// What all events of a simulation meet.
#[derive(Clone)]
pub(super) struct Aws {
    pub(super) world: Arc<World>,
    pub(super) gateway: Gateway,
    pub(super) memory: Memory,
    pub(super) push: push::Deps,
    socket: socket::Deps,
    send: chat_send::Deps,
    sends: Router,
    reads: Router,
    key: Rc<SigningKey>,
}

impl Aws {
    pub(super) fn new(world: &Arc<World>) -> Self {
        let (gateway, ambient) = (Gateway::new(world.clone()), world.ambient());
        let memory = Memory(world.clone(), gateway.clone());
        let port = Arc::new(memory.clone());
        let sockets = Arc::new(gateway.clone());
        let key = SigningKey::from_seed(&[7; 32]).unwrap();
        let keys = Arc::new(OneKey(key.public().clone()));
        let authenticator = || {
            let authenticator = Authenticator::new(ISSUER.to_owned(), keys.clone(), port.clone(), ambient.clone());
            Arc::new(authenticator)
        };
        let delivery = || Delivery::new(port.clone(), sockets.clone(), ambient.clone());
        let promised = |delivery| PromisedDelivery::new(delivery, port.clone());
        let presences =
            || Presences { board: port.clone(), watches: port.clone(), pairs: port.clone(), settings: port.clone() };
        let send = chat_send::Deps {
            intake: chat_send::Intake::new(port.clone(), port.clone(), Limiter::new(port.clone())),
            registry: port.clone(),
            delivery: promised(delivery()),
            authenticator: authenticator(),
            ambient: ambient.clone(),
        };
        let chat = chat::Deps {
            conversations: port.clone(),
            entrance: chat::Entrance { tickets: port.clone(), url: "wss://sockets.example.org/v1".to_owned() },
            limiter: Limiter::new(port.clone()),
            authenticator: authenticator(),
            ambient: ambient.clone(),
        };
        let life = socket::Life {
            tickets: port.clone(),
            sessions: port.clone(),
            registry: port.clone(),
            sockets: sockets.clone(),
            limiter: Limiter::new(port.clone()),
        };
        Self {
            socket: socket::Deps {
                life,
                talk: socket::Talk { conversations: port.clone(), marks: port.clone() },
                notices: socket::Notices { presences: presences(), promises: port.clone() },
                delivery: delivery(),
                ambient: ambient.clone(),
            },
            push: push::Deps {
                conversations: port.clone(),
                presences: presences(),
                delivery: promised(delivery().within(QUEUE_DEADLINE)),
            },
            sends: chat_send::router(send.clone()),
            reads: chat::router(chat),
            send,
            key: Rc::new(key),
            world: world.clone(),
            gateway,
            memory,
        }
    }

    /// An HTTP request: its status and its body. Nothing if no answer arrives.
    pub(super) async fn request(
        &self,
        user_id: UserId,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let claims = Claims::new(ISSUER, user_id, session_of(user_id), 1, self.world.now());
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.key.sign(&claims).unwrap()))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let is_write = path.contains("/messages") && method != "GET";
        let http = if is_write { self.sends.clone() } else { self.reads.clone() };
        let answer = invoke(SEND_LIMIT, async move {
            let answer = http.oneshot(request).await.unwrap();
            let status = answer.status().as_u16();
            let bytes = answer.into_body().collect().await.unwrap().to_bytes();
            (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
        });
        let mut answer = answer.await;
        if self.world.plant == Some(Plant::NameNoGap)
            && let Some((_, page)) = &mut answer
        {
            let lines = page["conversations"].as_array_mut().into_iter().flatten();
            lines.for_each(|line| line["gap"] = Value::Null);
        }
        if self.world.strikes(|weather| weather.lose_answer) { None } else { answer }
    }

    /// Opens a socket with a ticket. Nothing if the gateway refuses.
    pub(super) async fn connect(&self, ticket: &str) -> Option<(ConnectionId, Incoming)> {
        let id = self.gateway.knock();
        let event = SocketEvent::Connect {
            connection_id: id.clone(),
            ticket: Some(ticket.to_owned()),
            request_id: "connect".to_owned(),
        };
        let reply = invoke(LIMIT, ws::handle(event, &self.socket)).await?;
        if !reply.is_accepted() {
            return None;
        }
        let incoming = self.gateway.open(&id);
        let (aws, watched) = (self.clone(), id.clone());
        spawn_local(async move { aws.watch(watched).await });
        Some((id, incoming))
    }

    /// A client sends a frame; what answers it comes back over the connection.
    pub(super) fn frame(&self, id: &ConnectionId, body: String) {
        if !self.gateway.takes_from_client(id) {
            return;
        }
        let (aws, id) = (self.clone(), id.clone());
        spawn_local(async move {
            let reply = aws.route(&id, body).await;
            let failed = json!({ "message": "Internal server error", "connectionId": id.as_str() }).to_string();
            let answer = reply.as_ref().map_or(Some(failed.as_str()), |reply| reply.body());
            if let Some(answer) = answer {
                aws.gateway.carry(&id, answer);
            }
        });
    }

    /// As the route selection of the template does it.
    async fn route(&self, id: &ConnectionId, body: String) -> Option<ws::Reply> {
        let kind =
            serde_json::from_str::<Value>(&body).ok().and_then(|frame| frame["type"].as_str().map(str::to_owned));
        if kind.as_deref() == Some("chat.send") {
            let on_frame = |frame: ClientFrame| chat_send::on_frame(&self.send, id.clone(), frame);
            return invoke(SEND_LIMIT, ws::answer(Some(body), "frame".to_owned(), on_frame)).await;
        }
        let frame = ws::Frame { connection_id: id.clone(), body: Some(body), request_id: "frame".to_owned() };
        invoke(LIMIT, ws::handle(SocketEvent::Frame(frame), &self.socket)).await
    }

    /// Tells the functions that a connection has ended, if the day is such that it does.
    pub(super) fn disconnected(&self, id: &ConnectionId) {
        if self.world.strikes(|weather| weather.lost_disconnect) {
            return;
        }
        let event = SocketEvent::Disconnect { connection_id: id.clone(), request_id: "disconnect".to_owned() };
        let aws = self.clone();
        spawn_local(async move { invoke(LIMIT, ws::handle(event, &aws.socket)).await.is_some() });
    }

    /// Ends a connection after silence, or for its age.
    async fn watch(self, id: ConnectionId) {
        while let Some(ends_at) = self.gateway.ends_of(&id) {
            let left = ends_at.since(self.world.now());
            if left.is_zero() {
                self.gateway.hang_up(&id);
            } else {
                sleep(left.min(Duration::from_secs(30))).await;
            }
        }
        self.disconnected(&id);
    }
}

/// Everybody is signed in once.
pub(super) fn session_of(user_id: UserId) -> SessionId {
    SessionId::from_parts(user_id.made_at(), [1; 10])
}
