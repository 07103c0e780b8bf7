//! Clients of Socket.IO that say when they heard something.

use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

use crate::failure::{Explain, Failure};

const PATIENCE: Duration = Duration::from_secs(20);

/// They listen until their servers end.
pub(super) struct Audience {
    size: usize,
    heard: Receiver<u64>,
}

impl Audience {
    /// So many clients, one after the other at each of the servers.
    pub(super) fn gather(size: usize, ports: &[u64]) -> Result<Self, Failure> {
        let (tells, heard) = channel();
        for (_, port) in (0..size).zip(ports.iter().cycle()) {
            let socket = join(*port).explain(|| "a client of Socket.IO cannot connect".to_owned())?;
            let tells = tells.clone();
            thread::spawn(move || listen(socket, &tells));
        }
        Ok(Self { size, heard })
    }

    /// How long after the message was sent each of them heard it.
    pub(super) fn heard(&self) -> Result<Vec<Duration>, Failure> {
        let one = |_| self.heard.recv_timeout(PATIENCE).map(Duration::from_nanos);
        (0..self.size).map(one).collect::<Result<_, _>>().explain(|| "not everybody heard the message".to_owned())
    }
}

type Socket = WebSocket<MaybeTlsStream<TcpStream>>;

/// Connects, joins the default namespace (40), and waits until that is confirmed.
fn join(port: u64) -> Result<Socket, Box<dyn std::error::Error>> {
    let url = format!("ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket");
    let (mut socket, _) = tungstenite::connect(url)?;
    socket.send(Message::text("40"))?;
    while !socket.read()?.into_text()?.starts_with("40") {}
    Ok(socket)
}

/// Answers pings (2, 3) and tells of each event (42).
fn listen(mut socket: Socket, tells: &Sender<u64>) {
    while let Ok(packet) = socket.read() {
        let now = nanoseconds();
        let text = packet.into_text().unwrap_or_default();
        let goes_on = match text.as_str().split_at_checked(2) {
            Some(("42", event)) => tells.send(now.saturating_sub(began(event))).is_ok(),
            _ if text.as_str() == "2" => socket.send(Message::text("3")).is_ok(),
            _ => true,
        };
        if !goes_on {
            return;
        }
    }
}

/// When an event says that it was sent.
fn began(event: &str) -> u64 {
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    event[1]["began"].as_u64().unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "two processes of one machine read it off the same clock")]
fn nanoseconds() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}
