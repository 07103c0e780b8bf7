//! A WebSocket that may be lost at any moment.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Error, Message, WebSocket};

use crate::support::Town;

/// For how long one look at the line waits.
const LOOK: Duration = Duration::from_millis(20);

pub(super) struct Line(WebSocket<MaybeTlsStream<TcpStream>>);

/// What one look at the line brought.
pub(super) enum Heard {
    Frame(Value),
    Nothing,
    /// The line is dead.
    End,
}

impl Line {
    /// Nothing if the gateway refuses.
    pub(super) fn open(town: &Town, ticket: &str) -> Option<Self> {
        let (stream, _) = tungstenite::connect(format!("{}?ticket={ticket}", town.stack.ws_url())).ok()?;
        if let MaybeTlsStream::Plain(tcp) = stream.get_ref() {
            tcp.set_read_timeout(Some(LOOK)).unwrap();
        }
        Some(Self(stream))
    }

    /// Nothing if the line is dead.
    pub(super) fn send(&mut self, frame: &Value) -> Option<()> {
        self.0.send(Message::text(frame.to_string())).ok()
    }

    pub(super) fn hears(&mut self) -> Heard {
        use std::io::ErrorKind::{TimedOut, WouldBlock};
        match self.0.read() {
            Ok(Message::Text(text)) => Heard::Frame(serde_json::from_str(&text).unwrap_or_default()),
            Ok(Message::Close(_)) => Heard::End,
            Ok(_) => Heard::Nothing,
            Err(Error::Io(error)) if matches!(error.kind(), WouldBlock | TimedOut) => Heard::Nothing,
            Err(_) => Heard::End,
        }
    }
}
