//! Frames on the wire.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::fields::Fields;
use crate::domain::id::OutboxId;
use crate::domain::input::Input;
use crate::edge::http::parse;
use crate::error::{Code, Error, Result};

/// The version of the protocol, the `v` of every frame.
const VERSION: u8 = 1;
const MAX_ID_CHARS: usize = 64;

/// A frame from a client.
#[derive(Debug)]
pub struct ClientFrame {
    pub kind: String,
    data: Value,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default = "version")]
    v: Input<u8>,
    #[serde(rename = "type")]
    kind: Input<String>,
    #[serde(default)]
    data: Value,
}

/// The id is read on its own, so that an answer can carry it even if nothing else of the frame makes sense.
#[derive(Deserialize)]
struct OnlyId {
    id: String,
}

fn version() -> Input<u8> {
    VERSION.into()
}

impl ClientFrame {
    pub(super) fn read(body: &str) -> (Option<String>, Result<Self>) {
        let id = serde_json::from_str::<OnlyId>(body).ok().map(|only| only.id);
        let id = id.filter(|id| id.chars().count() <= MAX_ID_CHARS);
        let frame = parse::<Wire>(body.as_bytes()).and_then(|wire| {
            let mut fields = Fields::default();
            let version = fields.copy("v", &wire.v);
            let kind = fields.read("type", &wire.kind, |kind: &str| Ok(kind.to_owned()));
            match fields.accept(version.zip(kind))? {
                (VERSION, kind) => Ok(Self { kind, data: wire.data }),
                _ => Err(Code::UnsupportedVersion.into()),
            }
        });
        (id, frame)
    }

    /// The frame's data as the type that its kind goes with.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T> {
        parse(self.data.to_string().as_bytes())
    }

    pub fn unknown(&self) -> Error {
        Code::UnknownFrame.into()
    }

    /// The kind for the log, where clients must not write what they like.
    pub(super) fn known_kind(&self) -> &'static str {
        ["chat.send", "hello", "ping"].into_iter().find(|known| *known == self.kind).unwrap_or("unknown")
    }
}

/// A frame to a client: an answer, which carries the id of what it answers, or an event, which has one of its own.
#[derive(Clone, Debug, Serialize)]
pub struct ServerFrame {
    v: u8,
    #[serde(rename = "type")]
    kind: &'static str,
    id: Option<String>,
    data: Value,
}

impl ServerFrame {
    pub fn new(kind: &'static str, data: impl Serialize) -> Self {
        // Views are structs of strings, numbers and times, which always serialise.
        let data = serde_json::to_value(data).unwrap_or_default();
        Self { v: VERSION, kind, id: None, data }
    }

    /// An event, under the id of the promise that it keeps: clients tell a repeated one by it.
    pub fn event(kind: &'static str, id: OutboxId, data: impl Serialize) -> Self {
        Self { id: Some(id.to_string()), ..Self::new(kind, data) }
    }

    pub(super) fn in_answer_to(self, id: Option<String>) -> Self {
        Self { id, ..self }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_carries_the_id_even_of_a_frame_that_makes_no_sense() {
        let (id, frame) = ClientFrame::read(r#"{"id":"c1","type":5}"#);
        assert_eq!((id.as_deref(), frame.unwrap_err().code()), (Some("c1"), Code::InvalidField));
        let (id, frame) = ClientFrame::read("not json");
        assert_eq!((id, frame.unwrap_err().code()), (None, Code::MalformedBody));
        let (_, frame) = ClientFrame::read(r#"{"v":2,"type":"ping"}"#);
        assert_eq!(frame.unwrap_err().code(), Code::UnsupportedVersion);
    }

    #[test]
    fn a_log_never_shows_a_kind_that_a_client_made_up() {
        let (_, frame) = ClientFrame::read(r#"{"type":"evil\nline"}"#);
        assert_eq!(frame.unwrap().known_kind(), "unknown");
    }
}
