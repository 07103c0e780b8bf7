//! A WebSocket client that waits for the frames the story expects.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

use super::transcript::Transcript;
use crate::failure::{Explain, Failure};

const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Socket {
    name: String,
    stream: WebSocket<MaybeTlsStream<TcpStream>>,
    /// Frames that came while another was awaited.
    waiting: Vec<Value>,
}

impl Socket {
    pub(super) fn connect(name: &str, url: &str) -> Result<Self, Failure> {
        let (stream, _) = tungstenite::connect(url).explain(|| "the socket was refused".to_owned())?;
        if let MaybeTlsStream::Plain(tcp) = stream.get_ref() {
            tcp.set_read_timeout(Some(Duration::from_secs(1))).explain(|| "cannot limit reads".to_owned())?;
        }
        Ok(Self { name: name.to_owned(), stream, waiting: Vec::new() })
    }

    pub(super) fn send(
        &mut self,
        transcript: &mut Transcript<'_>,
        kind: &str,
        id: &str,
        data: &Value,
    ) -> Result<(), Failure> {
        let frame = json!({ "v": 1, "type": kind, "id": id, "data": data });
        transcript.frame(&self.name, "->", &frame)?;
        self.stream.send(Message::text(frame.to_string())).explain(|| format!("cannot send {kind}"))
    }

    /// Waits for a frame of this type whose data has this value, and writes it down. Other frames stay for later: a
    /// person's own messages come back as events too, for their other devices.
    pub(super) fn expect(
        &mut self,
        transcript: &mut Transcript<'_>,
        kind: &str,
        (key, value): (&str, &str),
    ) -> Result<Value, Failure> {
        let deadline = Instant::now() + PATIENCE;
        let wanted = |frame: &Value| frame["type"] == kind && frame["data"][key] == value;
        loop {
            if let Some(position) = self.waiting.iter().position(wanted) {
                let frame = self.waiting.remove(position);
                transcript.frame(&self.name, "<-", &frame)?;
                return Ok(frame["data"].clone());
            }
            if Instant::now() > deadline {
                return Err(Failure::new(format!(
                    "{} got no {kind} with {key} {value} within {PATIENCE:?}",
                    self.name
                ))
                .evidence(format!("{:?}", self.waiting))
                .remedy("read what the functions wrote: `cargo xtask logs`"));
            }
            self.receive()?;
        }
    }

    fn receive(&mut self) -> Result<(), Failure> {
        match self.stream.read() {
            Ok(Message::Text(text)) => {
                let frame: Value = serde_json::from_str(&text).explain(|| "a frame is no JSON".to_owned())?;
                if frame["type"] == "error" {
                    return Err(Failure::new(format!("{} was told of an error", self.name)).evidence(frame.to_string()));
                }
                self.waiting.push(frame);
                Ok(())
            }
            Ok(Message::Close(reason)) => Err(Failure::new(format!("the socket was closed: {reason:?}"))),
            Ok(_) => Ok(()),
            Err(tungstenite::Error::Io(cause)) if is_timeout(&cause) => Ok(()),
            Err(cause) => Err(Failure::new(format!("the socket broke: {cause}"))),
        }
    }
}

fn is_timeout(cause: &std::io::Error) -> bool {
    matches!(cause.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}
