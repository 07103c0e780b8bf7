//! Frames on the wire.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::protocol::{ClientKind, ServerKind};
use crate::domain::conversation::Message;
use crate::domain::fields::{Fields, Refusal};
use crate::domain::input::Input;
use crate::edge::http::parse;
use crate::edge::views::MessageView;
use crate::error::{Code, Error, Result};

/// The version of the protocol, the `v` of every frame.
pub(super) const VERSION: u8 = 1;
pub(super) const MAX_ID_CHARS: usize = 64;
/// The longest message that API Gateway takes from a client. Here it is refused with a reason instead of a closed socket,
/// wherever a gateway is more generous.
const MAX_BYTES: usize = 128 * 1024;

/// A frame from a client.
#[derive(Debug)]
pub struct ClientFrame {
    pub kind: ClientKind,
    data: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default = "version")]
    v: Input<u8>,
    id: Option<Input<String>>,
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
        if body.len() > MAX_BYTES {
            return (None, Err(Error::new(Code::BodyTooLarge, "A message must have at most 128 KB")));
        }
        let id = serde_json::from_str::<OnlyId>(body).ok().map(|only| only.id);
        let id = id.filter(|id| id.chars().count() <= MAX_ID_CHARS);
        let frame = parse::<Wire>(body.as_bytes()).and_then(|wire| {
            let mut fields = Fields::default();
            let version = fields.copy("v", &wire.v);
            let kind = fields.read("type", &wire.kind, |kind: &str| Ok(kind.to_owned()));
            let id = fields.read_optional("id", wire.id.as_ref(), checked_id);
            match fields.accept(version.zip(kind).zip(id))? {
                ((VERSION, kind), _) => {
                    let kind = ClientKind::parse(&kind).ok_or(Code::UnknownFrame)?;
                    Ok(Self { kind, data: wire.data })
                }
                _ => Err(Code::UnsupportedVersion.into()),
            }
        });
        (id, frame)
    }

    /// The frame's data as the type that its kind goes with. A frame without data has an empty one.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T> {
        if self.data.is_null() {
            return parse(b"{}");
        }
        parse(self.data.to_string().as_bytes())
    }

    /// The refusal of a frame that another function answers.
    pub fn unknown(&self) -> Error {
        Code::UnknownFrame.into()
    }
}

/// An id that an answer could not carry is refused: its client would wait for the answer for ever.
fn checked_id(id: &str) -> Result<(), Refusal> {
    let is_short = id.chars().count() <= MAX_ID_CHARS;
    if is_short { Ok(()) } else { Err("id must have at most 64 characters".into()) }
}

/// A frame to a client: an answer, which carries the id of what it answers, or an event, which has one of its own.
#[derive(Clone, Debug, Serialize)]
pub struct ServerFrame {
    v: u8,
    #[serde(rename = "type")]
    kind: ServerKind,
    id: Option<String>,
    data: Value,
}

impl ServerFrame {
    pub fn new(kind: ServerKind, data: impl Serialize) -> Self {
        // Views are structs of strings, numbers and times, which always serialise.
        let data = serde_json::to_value(data).unwrap_or_default();
        Self { v: VERSION, kind, id: None, data }
    }

    /// The answer to a frame that was carried out.
    pub fn ack(data: impl Serialize) -> Self {
        Self::new(ServerKind::Ack, data)
    }

    /// An event, under an id by which clients tell that it is repeated.
    pub fn event(kind: ServerKind, id: &impl ToString, data: impl Serialize) -> Self {
        Self { id: Some(id.to_string()), ..Self::new(kind, data) }
    }

    /// The event that tells of an entry of a conversation.
    pub fn message_new(message: &Message) -> Self {
        Self::event(ServerKind::MessageNew, &message.message_id, MessageView::from(message))
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
    use serde_json::json;

    use super::*;
    use crate::domain::conversation::{ClientId, Content, Known, MAX_TEXT_CHARS, MessageText};
    use crate::domain::id::{ConversationId, Id, MessageId, UserId};
    use crate::domain::time::Timestamp;
    use crate::ports::sockets::MAX_FRAME_BYTES;

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
    fn an_id_that_no_answer_could_carry_is_refused_and_so_is_a_field_that_no_frame_has() {
        for id in [json!("x".repeat(65)), json!(7), json!({})] {
            let (_, frame) = ClientFrame::read(&json!({ "type": "ping", "id": id }).to_string());
            assert_eq!(frame.unwrap_err().fields()[0].field, "id", "{id}");
        }
        for body in [r#"{"type":"ping","id":"a","id":"b"}"#, r#"{"type":"ping","Data":{}}"#] {
            let (_, frame) = ClientFrame::read(body);
            assert_eq!(frame.unwrap_err().code(), Code::MalformedBody, "{body}");
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_what_the_client_said() {
        let body = json!({ "type": "hello", "id": "c1", "data": { "conversations": { "my secret": 1 } } }).to_string();
        let data = ClientFrame::read(&body).1.unwrap().data::<super::super::protocol::HelloData>().unwrap();
        let mut fields = Fields::default();
        fields.read_optional("conversations", data.conversations.as_ref(), Known::parse);
        assert_eq!(fields.refused().detail(), "conversations has the wrong type or form");
    }

    /// API Gateway would close the receiving socket otherwise.
    #[test]
    fn the_longest_message_fits_into_a_frame() {
        let at = Timestamp::from_unix_seconds(1_800_000_000);
        for character in ["\u{1F469}", "\"", "é", "\\"] {
            let text = MessageText::parse(&character.repeat(MAX_TEXT_CHARS)).unwrap();
            let client_id = ClientId::parse(&"c".repeat(64)).unwrap();
            let message = Message {
                conversation_id: ConversationId::from_parts(at, [1; 10]),
                seq: u64::MAX,
                count: u64::MAX,
                message_id: MessageId::from_parts(at, [2; 10]),
                sender_id: UserId::from_parts(at, [3; 10]),
                sent_at: at,
                content: Content::Text { client_id, text, edited_at: Some(at) },
            };
            let size = ServerFrame::message_new(&message).to_json().len();
            assert!(size > MAX_TEXT_CHARS && size <= MAX_FRAME_BYTES, "{character}: {size} bytes");
        }
    }

    #[test]
    fn what_is_no_frame_of_ours_is_unknown_whatever_it_says() {
        let (id, frame) = ClientFrame::read(r#"{"id":"c2","type":"evil\nline"}"#);
        assert_eq!((id.as_deref(), frame.unwrap_err().code()), (Some("c2"), Code::UnknownFrame));
        let (_, frame) = ClientFrame::read(&format!(r#"{{"type":"ping","data":"{}"}}"#, "x".repeat(MAX_BYTES)));
        assert_eq!(frame.unwrap_err().code(), Code::BodyTooLarge);
    }
}
