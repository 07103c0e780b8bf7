//! A proxy between the functions and `DynamoDB`, their sockets, or SES, that can conflict, throttle, fail, stall, and lose the
//! answer to a write that has happened: by a story's rules, or as the weather has it. The emulator does none of these by
//! itself.

use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use ureq::Agent;

use super::exchange::{Call, Exchange, forward, read_call, write_answer};
use super::weather::{Sky, Weather};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Another transaction touched the same items.
    Conflict,
    /// The table takes no more for the moment.
    Throttle,
    /// `DynamoDB` answers 500.
    ServerError,
    /// Nobody is there.
    Refuse,
    /// No answer, and nothing was done.
    Stall(Duration),
    /// It was done, and the answer is lost.
    LoseAnswer,
    /// It was done, and the answer waits on the wire until the story calms the faults.
    HoldAnswer,
    /// It waits on the wire until the story calms the faults, and then is done.
    Hold,
}

/// Which calls a fault befalls: an operation, and a text that its body contains, such as an id of the story.
#[derive(Clone, Debug)]
pub(crate) struct On {
    operation: Option<&'static str>,
    mentions: String,
}

impl On {
    pub(crate) fn call(operation: &'static str, mentions: &str) -> Self {
        Self { operation: Some(operation), mentions: mentions.to_owned() }
    }

    pub(crate) fn everything_about(mentions: &str) -> Self {
        Self { operation: None, mentions: mentions.to_owned() }
    }

    fn matches(&self, operation: &str, body: &str) -> bool {
        self.operation.is_none_or(|wanted| wanted == operation) && body.contains(&self.mentions)
    }
}

struct Rule {
    on: On,
    fault: Fault,
    /// How many calls it will befall yet.
    left: usize,
    befallen: usize,
    /// The story has calmed it: what it holds goes on.
    is_calmed: bool,
}

type Rules = Arc<Mutex<Vec<Rule>>>;

/// What all connections of a proxy share.
#[derive(Clone, Default)]
struct Wire {
    rules: Rules,
    sky: Arc<Mutex<Sky>>,
    /// What has passed since a story began to listen.
    heard: Arc<Mutex<Option<Vec<Exchange>>>>,
}

pub(crate) struct FaultProxy {
    url: String,
    wire: Wire,
}

impl FaultProxy {
    pub(crate) fn before(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let wire = Wire::default();
        let (upstream, shared) = (upstream.to_owned(), wire.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (upstream, wire) = (upstream.clone(), shared.clone());
                // A client that hangs up ends its thread; that is no failure of the proxy.
                thread::spawn(move || serve(stream, &upstream, &wire).ok());
            }
        });
        Self { url, wire }
    }

    /// Lets faults come at random, wherever no rule applies, until the weather is another one.
    pub(crate) fn has(&self, weather: Weather, seed: u64) {
        *self.wire.sky.lock().unwrap() = Sky::new(weather, seed);
    }

    /// Ends the weather, and tells how often each of its faults has come.
    pub(crate) fn clears_up(&self) -> String {
        std::mem::take(&mut *self.wire.sky.lock().unwrap()).told()
    }

    /// Notes what passes from now on.
    pub(crate) fn listens(&self) {
        *self.wire.heard.lock().unwrap() = Some(Vec::new());
    }

    /// What has passed since then; nothing more is noted.
    pub(crate) fn heard(&self) -> Vec<Exchange> {
        self.wire.heard.lock().unwrap().take().unwrap_or_default()
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Lets `fault` befall the next `times` calls that match.
    pub(crate) fn next(&self, times: usize, on: On, fault: Fault) {
        self.wire.rules.lock().unwrap().push(Rule { on, fault, left: times, befallen: 0, is_calmed: false });
    }

    /// How many calls about `mentions` went wrong: a story whose fault never happened has shown nothing.
    pub(crate) fn befallen(&self, mentions: &str) -> usize {
        let rules = self.wire.rules.lock().unwrap();
        rules.iter().filter(|rule| rule.on.mentions == mentions).map(|rule| rule.befallen).sum()
    }

    /// Ends the faults about `mentions`.
    pub(crate) fn calm(&self, mentions: &str) {
        self.wire
            .rules
            .lock()
            .unwrap()
            .iter_mut()
            .filter(|rule| rule.on.mentions == mentions)
            .for_each(|rule| (rule.left, rule.is_calmed) = (0, true));
    }
}

/// The fault that befalls a call, with the place of its rule.
fn fault_for(rules: &Rules, operation: &str, body: &str) -> Option<(usize, Fault)> {
    let mut rules = rules.lock().unwrap();
    let is_meant = |rule: &Rule| rule.left > 0 && rule.on.matches(operation, body);
    let (place, rule) = rules.iter_mut().enumerate().find(|(_, rule)| is_meant(rule))?;
    rule.left = rule.left.saturating_sub(1);
    rule.befallen += 1;
    Some((place, rule.fault))
}

/// Whether a call that this rule holds has to wait yet. How many more it will hold does not matter: also the last one waits.
fn is_held(rules: &Rules, place: usize) -> bool {
    !rules.lock().unwrap()[place].is_calmed
}

impl Wire {
    fn note(&self, call: &Call, answer: &[u8]) {
        if let Some(heard) = self.heard.lock().unwrap().as_mut() {
            heard.push(Exchange::of(call, answer));
        }
    }
}

fn serve(mut stream: TcpStream, upstream: &str, wire: &Wire) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    while let Some(call) = read_call(&mut stream)? {
        let body = String::from_utf8_lossy(&call.body).into_owned();
        let ruled = fault_for(&wire.rules, call.operation(), &body);
        let fault = ruled.map(|(_, fault)| fault).or_else(|| wire.sky.lock().unwrap().befalls(call.operation()));
        match fault {
            None | Some(Fault::Hold) => {
                while ruled.is_some_and(|(place, _)| is_held(&wire.rules, place)) {
                    thread::sleep(Duration::from_millis(5));
                }
                let (status, answer) = forward(&agent, upstream, &call);
                wire.note(&call, &answer);
                write_answer(&mut stream, status, &answer)?;
            }
            Some(Fault::HoldAnswer) => {
                let (status, answer) = forward(&agent, upstream, &call);
                while ruled.is_some_and(|(place, _)| is_held(&wire.rules, place)) {
                    thread::sleep(Duration::from_millis(5));
                }
                write_answer(&mut stream, status, &answer)?;
            }
            Some(Fault::LoseAnswer) => {
                forward(&agent, upstream, &call);
                return Ok(());
            }
            Some(Fault::Refuse) => return Ok(()),
            Some(Fault::Stall(duration)) => {
                thread::sleep(duration);
                return Ok(());
            }
            Some(Fault::ServerError) => write_answer(&mut stream, 500, &error("InternalServerError"))?,
            Some(Fault::Throttle) => write_answer(&mut stream, 400, &error("ThrottlingException"))?,
            Some(Fault::Conflict) => write_answer(&mut stream, 400, &conflict())?,
        }
    }
    Ok(())
}

fn error(code: &str) -> Vec<u8> {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
    serde_json::json!({ "__type": kind, "message": "made by the fault proxy" }).to_string().into_bytes()
}

fn conflict() -> Vec<u8> {
    serde_json::json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",
        "CancellationReasons": [{ "Code": "TransactionConflict", "Message": "made by the fault proxy" }],
    })
    .to_string()
    .into_bytes()
}

#[test]
fn a_fault_that_holds_one_call_holds_it_until_it_is_calmed() {
    let proxy = FaultProxy { url: String::new(), wire: Wire::default() };
    proxy.next(1, On::call("PutItem", "ada"), Fault::Hold);
    let (place, fault) = fault_for(&proxy.wire.rules, "PutItem", "about ada").unwrap();
    assert!(fault == Fault::Hold && is_held(&proxy.wire.rules, place));
    assert!(fault_for(&proxy.wire.rules, "PutItem", "about ada").is_none(), "the second one passes");
    proxy.calm("ada");
    assert!(!is_held(&proxy.wire.rules, place));
}
