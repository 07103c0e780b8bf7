//! The protocol as an `AsyncAPI` 3.0 document, made from its types.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::frame::{MAX_ID_CHARS, VERSION};
use super::protocol::{
    ClientKind, Done, HelloAck, HelloData, MarkAck, MarkData, MarkMoved, MatchNew, PingAck, PingData, PresenceView,
    Reconnect, SendData, ServerKind, SubscribeAck, SubscribeData, SyncRequired, Typing, TypingData,
};
use crate::edge::http::Problem;
use crate::edge::views::{MessageView, Receipts};

type Schemas = BTreeMap<String, RefOr<Schema>>;

/// What a frame carries: the name of its schema, which is among the document's.
fn part<T: ToSchema>(schemas: &mut Schemas) -> Value {
    let mut inner = Vec::new();
    T::schemas(&mut inner);
    schemas.extend(inner);
    schemas.insert(T::name().into_owned(), T::schema());
    json!({ "$ref": format!("#/components/schemas/{}", T::name()) })
}

fn data_of(kind: ClientKind, schemas: &mut Schemas) -> Value {
    match kind {
        ClientKind::Hello => part::<HelloData>(schemas),
        ClientKind::Ping => part::<PingData>(schemas),
        ClientKind::ChatSend => part::<SendData>(schemas),
        ClientKind::ChatRead | ClientKind::ChatDelivered => part::<MarkData>(schemas),
        ClientKind::ChatTyping => part::<TypingData>(schemas),
        ClientKind::PresenceSubscribe => part::<SubscribeData>(schemas),
    }
}

fn ack_of(kind: ClientKind, schemas: &mut Schemas) -> Value {
    match kind {
        ClientKind::Hello => part::<HelloAck>(schemas),
        ClientKind::Ping => part::<PingAck>(schemas),
        ClientKind::ChatSend => part::<Receipts>(schemas),
        ClientKind::ChatRead | ClientKind::ChatDelivered => part::<MarkAck>(schemas),
        ClientKind::ChatTyping => part::<Done>(schemas),
        ClientKind::PresenceSubscribe => part::<SubscribeAck>(schemas),
    }
}

/// What an event carries; nothing of answers, which depend on what they answer.
fn event_of(kind: ServerKind, schemas: &mut Schemas) -> Option<Value> {
    Some(match kind {
        ServerKind::Ack | ServerKind::Error => return None,
        ServerKind::MessageNew => part::<MessageView>(schemas),
        ServerKind::MessageRead | ServerKind::MessageDelivered => part::<MarkMoved>(schemas),
        ServerKind::Typing => part::<Typing>(schemas),
        ServerKind::Presence => part::<PresenceView>(schemas),
        ServerKind::MatchNew => part::<MatchNew>(schemas),
        ServerKind::SyncRequired => part::<SyncRequired>(schemas),
        ServerKind::Reconnect => part::<Reconnect>(schemas),
    })
}

fn message(kind: &str, summary: &str, data: &Value, required: &[&str]) -> Value {
    let id = json!({ "type": ["string", "null"], "maxLength": MAX_ID_CHARS });
    json!({
        "name": kind, "summary": summary, "contentType": "application/json",
        "payload": {
            "type": "object", "required": required,
            "properties": { "v": { "const": VERSION }, "type": { "const": kind }, "id": id, "data": data },
        },
    })
}

/// All frames of a socket, with what they carry and what answers them.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let (mut messages, mut operations) = (Map::new(), Map::new());
    let problem = part::<Problem>(&mut schemas);
    let error = message("error", ServerKind::Error.summary(), &problem, &["v", "type", "id", "data"]);
    messages.insert("error".to_owned(), error);
    for kind in ClientKind::ALL {
        let (name, ack) = (kind.as_str(), format!("ack of {}", kind.as_str()));
        let data = data_of(*kind, &mut schemas);
        messages.insert(name.to_owned(), message(name, kind.summary(), &data, &["type"]));
        let data = ack_of(*kind, &mut schemas);
        messages.insert(ack.clone(), message("ack", &format!("Answers {name}."), &data, &["v", "type", "id", "data"]));
        let reply = json!({ "channel": channel(), "messages": [on_channel(&ack), on_channel("error")] });
        let operation =
            json!({ "action": "receive", "channel": channel(), "messages": [on_channel(name)], "reply": reply });
        operations.insert(name.to_owned(), operation);
    }
    for kind in ServerKind::ALL {
        let Some(data) = event_of(*kind, &mut schemas) else { continue };
        let name = kind.as_str();
        messages.insert(name.to_owned(), message(name, kind.summary(), &data, &["v", "type", "id", "data"]));
        let operation = json!({ "action": "send", "channel": channel(), "messages": [on_channel(name)] });
        operations.insert(name.to_owned(), operation);
    }
    let references: Map<String, Value> = messages.keys().map(|name| (name.clone(), component(name))).collect();
    let ticket = json!({ "type": "string", "description": "From POST /v1/ws-ticket, good for one socket." });
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "collabmatch socket", "version": VERSION.to_string(),
            "description": "JSON frames over one WebSocket. Rules for clients: infra/PROTOCOL.md.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "channels": { "socket": {
            "address": "/", "messages": references,
            "bindings": { "ws": { "query": {
                "type": "object", "required": ["ticket"], "properties": { "ticket": ticket },
            } } },
        } },
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
    })
}

fn channel() -> Value {
    json!({ "$ref": "#/channels/socket" })
}

fn on_channel(name: &str) -> Value {
    json!({ "$ref": format!("#/channels/socket/messages/{name}") })
}

fn component(name: &str) -> Value {
    json!({ "$ref": format!("#/components/messages/{name}") })
}
