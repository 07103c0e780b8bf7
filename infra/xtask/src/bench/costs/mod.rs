//! What one mail and one photo cost: the requests that are made for them, and the milliseconds that Lambda counts.
//!
//! The functions run warm, one event at a time, among stubs that answer as late as the services do. Time on a processor is
//! stretched by the share of one that the function's memory buys.

mod account;
mod prices;
mod services;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::events::variables;
use super::lambda::Lambda;
use super::measure::median;
use super::runtime_api::RuntimeApi;
use super::service::Items;
use crate::calendar;
use crate::failure::{Explain, Failure};
use crate::local::read_template;
use crate::package::{Platform, compile_functions};
use crate::progress::Progress;
use crate::workspace;

use account::{Invocation, Job};
use prices::Kind;
use services::{Requests, Services};

const FUNCTIONS: [&str; 3] = ["outbox", "email-send", "photo-validate"];
/// Calls before the ones that count.
const WARM_UP: u32 = 5;
const CALLS: u32 = 50;

pub fn run(as_json: bool) -> Result<(), Failure> {
    let folder = workspace::target()?.join("bench").join("lambda");
    compile_functions(&FUNCTIONS.map(str::to_owned), Platform::Host, &folder, Progress::Loud)?;
    let picture = super::photos::camera()?;
    let picture = fs::read(&picture).explain(|| format!("cannot read {}", picture.display()))?;
    let jobs =
        Progress::Loud.step("send mails, and check photos", || Ok([mail(&folder)?, photo(&folder, picture)?]))?;
    account::print(&jobs, as_json);
    Ok(())
}

/// A mail with a code, from the row in the outbox that a request leaves to the end of that row.
fn mail(folder: &Path) -> Result<Job, Failure> {
    let mut letter = event("email-send.account-gone")?;
    let mut job = body(&letter)?;
    job["challenge_id"] = job["id"].clone();
    letter["Records"][0]["body"] = json!(job.to_string());
    let owner = format!("USER#{}", job["user_id"].as_str().unwrap_or_default());
    let account = json!({
        "pk": {"S": owner}, "sk": {"S": "ACCOUNT"}, "email": {"S": "ada@example.com"}, "state": {"S": "pending"},
        "created_at": {"S": "2026-11-21T09:30:00.000Z"},
    });
    let items = Items::from([((owner, "ACCOUNT".to_owned()), account.into())]);
    let services = Services::start(items, Vec::new())?;
    let invocations = vec![
        measure("outbox", folder, &services, &event("outbox.mail-verify")?)?,
        measure("email-send", folder, &services, &letter)?,
    ];
    // The request that promised it had one row more in its transaction.
    let beside = [(Kind::Write, "TransactWriteItems", 2)].into_iter().chain(RECEIVED);
    Ok(Job { what: "one mail", invocations, beside: named(beside) })
}

/// A photo of twelve megapixels, from the upload to the end of it.
fn photo(folder: &Path, picture: Vec<u8>) -> Result<Job, Failure> {
    let upload = event("photo-validate.photo-gone")?;
    let told = body(&upload)?;
    let mut parts = told["name"].as_str().unwrap_or_default().split('/').skip(1);
    let (owner, photo) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let slot = json!({
        "photo_id": {"S": photo}, "created_at": {"S": calendar::now()}, "state": {"S": "checking"},
    });
    let partition = format!("USER#{owner}");
    let album = json!({
        "pk": {"S": partition}, "sk": {"S": "PHOTOS"}, "user_id": {"S": owner}, "version": {"N": "1"},
        "photos": {"L": [{"M": slot}]},
    });
    let items = Items::from([((partition, "PHOTOS".to_owned()), album.into())]);
    let services = Services::start(items, picture)?;
    let invocations = vec![measure("photo-validate", folder, &services, &upload)?];
    // The bucket tells of the upload, of three copies, and that the upload is thrown away; a rule carries the first of them.
    let beside = [(Kind::ObjectWrite, "POST", 1), (Kind::Event, "S3", 5)].into_iter().chain(RECEIVED);
    Ok(Job { what: "one photo", invocations, beside: named(beside) })
}

/// What Lambda asks of a queue for a message.
const RECEIVED: [(Kind, &str, u64); 2] = [(Kind::Queue, "ReceiveMessage", 1), (Kind::Queue, "DeleteMessageBatch", 1)];

fn named(requests: impl IntoIterator<Item = (Kind, &'static str, u64)>) -> Requests {
    requests.into_iter().map(|(kind, name, count)| ((kind, name.to_owned()), count)).collect()
}

fn measure(function: &'static str, folder: &Path, services: &Services, event: &Value) -> Result<Invocation, Failure> {
    let mut variables = variables(function, &services.url())?;
    // A sender that mails one after the other would wait for its turn.
    variables.insert("APP_MAIL_PER_SECOND".to_owned(), "1000".to_owned());
    let lambda = Lambda::new(folder.join(function).join("bootstrap"), variables);
    let api = RuntimeApi::start()?;
    let mut process = lambda.start(&api)?;
    api.polled(&mut process)?;
    let payload = event.to_string();
    let call = || {
        let answer = api.invoke(&payload)?;
        expect_done(function, &answer.body)?;
        Ok::<_, Failure>(answer.at - answer.handed)
    };
    for _ in 0..WARM_UP {
        call()?;
    }
    services.requests();
    let before = process.processor()?;
    let times = (0..CALLS).map(|_| call()).collect::<Result<Vec<_>, _>>()?;
    let processor = process.processor()?.saturating_sub(before) / CALLS;
    let requests = services.requests().into_iter().map(|(name, count)| (name, count / u64::from(CALLS))).collect();
    Ok(Invocation { function, memory: memory(function)?, processor, time: median(times), requests })
}

/// A record that failed would be quick, too.
fn expect_done(function: &str, body: &Result<Vec<u8>, Vec<u8>>) -> Result<(), Failure> {
    let (Ok(answer) | Err(answer)) = body;
    let parsed: Value = serde_json::from_slice(answer).unwrap_or_default();
    if body.is_ok() && parsed["batchItemFailures"].as_array().is_none_or(Vec::is_empty) {
        return Ok(());
    }
    Err(Failure::new(format!("{function} did not do its work")).evidence(String::from_utf8_lossy(answer)))
}

fn event(name: &str) -> Result<Value, Failure> {
    let file = workspace::root().join(format!("events/{name}.json"));
    let text = fs::read_to_string(&file).explain(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).explain(|| format!("cannot read {}", file.display()))
}

/// What the first message of a queue says.
fn body(event: &Value) -> Result<Value, Failure> {
    let body = event["Records"][0]["body"].as_str().unwrap_or_default();
    serde_json::from_str(body).explain(|| "a message is no JSON".to_owned())
}

/// What the template gives a function, in megabytes.
fn memory(function: &str) -> Result<f64, Failure> {
    let template = read_template(&workspace::root().join("template.yaml"))?;
    let code = format!("target/lambda/{function}/bootstrap.zip");
    let resources = template["Resources"].as_object().into_iter().flatten().map(|(_, resource)| resource);
    let own = resources.map(|resource| &resource["Properties"]).find(|properties| properties["CodeUri"] == *code);
    let size = own.and_then(|properties| properties["MemorySize"].as_f64());
    let size = size.or_else(|| template["Globals"]["Function"]["MemorySize"].as_f64());
    size.ok_or_else(|| Failure::new(format!("the template says nothing of the memory of {function}")))
}
