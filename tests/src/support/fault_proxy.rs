//! A proxy between the functions and `DynamoDB` that can conflict, throttle, fail, stall, and lose the answer to a write
//! that has happened. The emulator does none of these by itself.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use ureq::Agent;

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

pub(crate) struct FaultProxy {
    url: String,
    rules: Rules,
}

impl FaultProxy {
    pub(crate) fn before(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let rules = Rules::default();
        let (upstream, shared) = (upstream.to_owned(), Arc::clone(&rules));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (upstream, rules) = (upstream.clone(), Arc::clone(&shared));
                // A client that hangs up ends its thread; that is no failure of the proxy.
                thread::spawn(move || serve(stream, &upstream, &rules).ok());
            }
        });
        Self { url, rules }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Lets `fault` befall the next `times` calls that match.
    pub(crate) fn next(&self, times: usize, on: On, fault: Fault) {
        self.rules.lock().unwrap().push(Rule { on, fault, left: times, befallen: 0, is_calmed: false });
    }

    /// How many calls about `mentions` went wrong: a story whose fault never happened has shown nothing.
    pub(crate) fn befallen(&self, mentions: &str) -> usize {
        let rules = self.rules.lock().unwrap();
        rules.iter().filter(|rule| rule.on.mentions == mentions).map(|rule| rule.befallen).sum()
    }

    /// Ends the faults about `mentions`.
    pub(crate) fn calm(&self, mentions: &str) {
        self.rules
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

/// One request as it came in.
struct Call {
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Call {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The operation, as in `x-amz-target: DynamoDB_20120810.GetItem`.
    fn operation(&self) -> &str {
        self.header("x-amz-target").and_then(|target| target.rsplit('.').next()).unwrap_or_default()
    }
}

fn serve(mut stream: TcpStream, upstream: &str, rules: &Rules) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
    while let Some(call) = read_call(&mut stream)? {
        let body = String::from_utf8_lossy(&call.body).into_owned();
        match fault_for(rules, call.operation(), &body) {
            fault @ (None | Some((_, Fault::Hold))) => {
                while fault.is_some_and(|(place, _)| is_held(rules, place)) {
                    thread::sleep(Duration::from_millis(5));
                }
                let (status, body) = forward(&agent, upstream, &call);
                write_answer(&mut stream, status, &body)?;
            }
            Some((_, Fault::LoseAnswer)) => {
                forward(&agent, upstream, &call);
                return Ok(());
            }
            Some((_, Fault::Refuse)) => return Ok(()),
            Some((_, Fault::Stall(duration))) => {
                thread::sleep(duration);
                return Ok(());
            }
            Some((_, Fault::ServerError)) => write_answer(&mut stream, 500, &error("InternalServerError"))?,
            Some((_, Fault::Throttle)) => write_answer(&mut stream, 400, &error("ThrottlingException"))?,
            Some((_, Fault::Conflict)) => write_answer(&mut stream, 400, &conflict())?,
        }
    }
    Ok(())
}

fn read_call(stream: &mut TcpStream) -> std::io::Result<Option<Call>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        if let Some((mut call, body_start, length)) = parse_head(&bytes)
            && bytes.len() >= body_start + length
        {
            call.body = bytes[body_start..body_start + length].to_vec();
            return Ok(Some(call));
        }
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
}

/// The request without its body, where the body starts, and how long it is; nothing while the head is incomplete.
fn parse_head(bytes: &[u8]) -> Option<(Call, usize, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let Ok(httparse::Status::Complete(body_start)) = request.parse(bytes) else { return None };
    let path = request.path.unwrap_or("/").to_owned();
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = request.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
    let call = Call { path, headers, body: Vec::new() };
    let length = call.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    Some((call, body_start, length))
}

fn forward(agent: &Agent, upstream: &str, call: &Call) -> (u16, Vec<u8>) {
    // The host stays: it is part of what the function signed.
    let hop_by_hop = ["content-length", "connection", "accept-encoding"];
    let mut request = agent.post(format!("{upstream}{}", call.path));
    for (name, value) in &call.headers {
        if !hop_by_hop.iter().any(|skipped| name.eq_ignore_ascii_case(skipped)) {
            request = request.header(name, value);
        }
    }
    let mut response = request.send(&call.body[..]).expect("the emulator answers");
    (response.status().as_u16(), response.body_mut().read_to_vec().expect("the emulator answers in full"))
}

fn write_answer(stream: &mut TcpStream, status: u16, body: &[u8]) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat())
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
    let proxy = FaultProxy { url: String::new(), rules: Rules::default() };
    proxy.next(1, On::call("PutItem", "ada"), Fault::Hold);
    let (place, fault) = fault_for(&proxy.rules, "PutItem", "about ada").unwrap();
    assert!(fault == Fault::Hold && is_held(&proxy.rules, place));
    assert!(fault_for(&proxy.rules, "PutItem", "about ada").is_none(), "the second one passes");
    proxy.calm("ada");
    assert!(!is_held(&proxy.rules, place));
}
