//! A WebSocket as a client holds it.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Error, Message, WebSocket};

use super::Town;

const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Socket {
    stream: WebSocket<MaybeTlsStream<TcpStream>>,
    /// Frames that came while another one was awaited.
    kept: Vec<Value>,
    frames: u32,
}

impl Socket {
    /// Nothing if the gateway refuses.
    pub(crate) fn open(town: &Town, ticket: &str) -> Option<Self> {
        Self::open_url(&format!("{}?ticket={ticket}", town.stack.ws_url()))
    }

    pub(crate) fn open_url(url: &str) -> Option<Self> {
        let (stream, _) = tungstenite::connect(url).ok()?;
        if let MaybeTlsStream::Plain(tcp) = stream.get_ref() {
            tcp.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        }
        Some(Self { stream, kept: Vec::new(), frames: 0 })
    }

    pub(crate) fn send_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).unwrap();
    }

    /// Sends a frame and waits for what answers it: its kind and its data.
    pub(crate) fn ask(&mut self, kind: &str, data: &Value) -> (String, Value) {
        self.frames += 1;
        let id = format!("f{}", self.frames);
        self.send_text(&json!({ "v": 1, "type": kind, "id": id, "data": data }).to_string());
        let answer = self.wait_for(&format!("the answer to {kind}"), |frame| frame["id"] == id.as_str());
        (answer["type"].as_str().unwrap().to_owned(), answer["data"].clone())
    }

    /// Says something, and answers with the receipt.
    pub(crate) fn says(&mut self, conversation: &str, client_id: &str, text: &str) -> Value {
        let data = json!({ "conversation_id": conversation, "client_id": client_id, "text": text });
        let (kind, data) = self.ask("chat.send", &data);
        assert_eq!(kind, "ack", "{data}");
        data["messages"][0].clone()
    }

    /// Moves a mark, and answers with what is unread then.
    pub(crate) fn marks(&mut self, kind: &str, conversation: &str, seq: u64) -> u64 {
        let (answer, data) = self.ask(kind, &json!({ "conversation_id": conversation, "seq": seq }));
        assert_eq!(answer, "ack", "{data}");
        data["unread"].as_u64().unwrap()
    }

    /// The data of the next event of this kind.
    pub(crate) fn hears(&mut self, kind: &str) -> Value {
        self.wait_for(kind, |frame| frame["type"] == kind)["data"].clone()
    }

    /// The next frame that fits; others are kept for later.
    pub(crate) fn wait_for(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(position) = self.kept.iter().position(&fits) {
                return self.kept.remove(position);
            }
            assert!(Instant::now() < deadline, "no {what} within {PATIENCE:?}; got {:?}", self.kept);
            assert!(self.receive(), "the socket was closed while waiting for {what}");
        }
    }

    /// Waits until the other side has closed the socket.
    pub(crate) fn is_closed(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while self.receive() {
            assert!(Instant::now() < deadline, "the socket stayed open for {PATIENCE:?}");
        }
    }

    /// Events that have come, after everything that was sent has been answered.
    pub(crate) fn heard_so_far(&mut self, kind: &str) -> usize {
        self.ask("ping", &Value::Null);
        self.kept.iter().filter(|frame| frame["type"] == kind).count()
    }

    /// Whether such a frame has come, after everything that was sent has been answered.
    pub(crate) fn has_heard(&mut self, fits: impl Fn(&Value) -> bool) -> bool {
        self.ask("ping", &Value::Null);
        self.kept.iter().any(fits)
    }

    /// Whether the socket still is open.
    fn receive(&mut self) -> bool {
        match self.stream.read() {
            Ok(Message::Text(text)) => self.kept.push(serde_json::from_str(&text).unwrap()),
            Ok(Message::Close(_)) | Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Protocol(_)) => {
                return false;
            }
            Ok(_) => {}
            Err(Error::Io(error)) => {
                use std::io::ErrorKind::{TimedOut, WouldBlock};
                return matches!(error.kind(), WouldBlock | TimedOut);
            }
            Err(error) => panic!("the socket broke: {error}"),
        }
        true
    }
}
