//! A stub of the Lambda Runtime API: hands out events one at a time and notes when a function asked and answered.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::http::{Reader, Server, respond};
use super::lambda::Running;
use crate::failure::{Explain, Failure};

/// Even an interpreter under a simulator starts in this time.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often to see whether a function that says nothing is still there.
const LOOK_AROUND: Duration = Duration::from_millis(200);

/// What a function did.
#[derive(Debug)]
enum Call {
    Polled(Instant),
    Handed(Instant),
    Answered(Instant, Vec<u8>),
    /// An invocation's error, or one of its initialization.
    Failed(Vec<u8>),
}

/// One Runtime API serves one process.
#[derive(Debug)]
pub struct RuntimeApi {
    server: Server,
    events: Sender<Vec<u8>>,
    calls: Receiver<Call>,
}

/// An answered invocation.
#[derive(Debug)]
pub struct Answer {
    pub handed: Instant,
    pub at: Instant,
    /// The function's response, or nothing when it reported an error instead.
    pub body: Result<Vec<u8>, Vec<u8>>,
}

impl RuntimeApi {
    pub fn start() -> Result<Self, Failure> {
        let (events, waiting) = mpsc::channel();
        let (notes, calls) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let server = Server::start(move |stream| serve(stream, &waiting, &notes))
            .explain(|| "cannot listen on a loopback port".to_owned())?;
        Ok(Self { server, events, calls })
    }

    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Waits until the function asks for work, which ends its initialization. One that has died never will.
    pub fn polled(&self, function: &mut Running) -> Result<Instant, Failure> {
        let started = Instant::now();
        loop {
            let call = match self.calls.recv_timeout(LOOK_AROUND) {
                Ok(call) => call,
                Err(_) if function.has_ended() => {
                    return Err(
                        Failure::new("the function ended before it asked for work").remedy("read what it said above")
                    );
                }
                Err(_) if started.elapsed() < PATIENCE => continue,
                Err(_) => return Err(silent()),
            };
            match call {
                Call::Polled(at) => return Ok(at),
                Call::Failed(cause) => {
                    return Err(Failure::new("the function does not start").evidence(String::from_utf8_lossy(&cause)));
                }
                Call::Handed(_) | Call::Answered(..) => {}
            }
        }
    }

    /// Hands out an event and waits for the answer.
    pub fn invoke(&self, event: &str) -> Result<Answer, Failure> {
        self.events.send(event.as_bytes().to_vec()).explain(|| "the stub stopped".to_owned())?;
        let mut handed = None;
        loop {
            let (at, body) = match self.next()? {
                Call::Polled(_) => continue,
                Call::Handed(at) => {
                    handed = Some(at);
                    continue;
                }
                Call::Answered(at, body) => (at, Ok(body)),
                Call::Failed(cause) => (Instant::now(), Err(cause)),
            };
            return Ok(Answer { handed: handed.unwrap_or(at), at, body });
        }
    }

    fn next(&self) -> Result<Call, Failure> {
        self.calls.recv_timeout(PATIENCE).map_err(|_| silent())
    }
}

fn silent() -> Failure {
    Failure::new("the function neither asked for work nor answered").remedy("run it by itself to see why")
}

fn serve(mut stream: TcpStream, waiting: &Mutex<Receiver<Vec<u8>>>, notes: &Sender<Call>) -> io::Result<()> {
    let mut requests = Reader::new();
    while let Some(request) = requests.next(&mut stream)? {
        if request.path.ends_with("/invocation/next") {
            note(notes, Call::Polled(request.at))?;
            let event = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().map_err(io::Error::other)?;
            note(notes, Call::Handed(Instant::now()))?;
            hand_out(&mut stream, &event)?;
            continue;
        }
        let call = if request.path.ends_with("/response") {
            Call::Answered(request.at, request.body)
        } else {
            Call::Failed(request.body)
        };
        note(notes, call)?;
        respond(&mut stream, "202 Accepted", &[("content-type", "application/json")], b"{\"status\":\"OK\"}")?;
    }
    Ok(())
}

fn note(notes: &Sender<Call>, call: Call) -> io::Result<()> {
    notes.send(call).map_err(|_| io::Error::other("nobody measures any more"))
}

fn hand_out(stream: &mut TcpStream, event: &[u8]) -> io::Result<()> {
    let headers = [
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:000000000000:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0"),
        ("lambda-runtime-deadline-ms", &deadline()),
    ];
    respond(stream, "200 OK", &headers, event)
}

#[expect(clippy::disallowed_methods, reason = "the protocol wants a wall-clock time, and no test depends on it")]
fn deadline() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (now + Duration::from_secs(10)).as_millis().to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::lambda::Lambda;
    use super::*;

    #[test]
    fn a_function_that_dies_at_its_start_is_noticed_at_once() {
        let api = RuntimeApi::start().unwrap();
        let mut dying = Lambda::new("/bin/false".into(), BTreeMap::new()).start(&api).unwrap();
        let started = Instant::now();
        let failure = api.polled(&mut dying).unwrap_err().to_string();
        assert!(failure.contains("ended before") && started.elapsed() < PATIENCE, "{failure}");
    }
}
