//! `GET /v1/matches` of a warm function, among stubs that answer in microseconds: what is measured is the function.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::super::events::variables;
use super::super::lambda::Lambda;
use super::super::runtime_api::RuntimeApi;
use super::super::service::{Items, Services};
use super::super::worker::Worker;
use crate::failure::{Explain, Failure};
use crate::local::LocalCache;
use crate::package::{Platform, compile_functions};
use crate::progress::Progress;
use crate::workspace;

/// How many calls come first and do not count.
const WARM_UP: usize = 30;
/// What the environment of a benchmark says where the template computes something.
const ISSUER: &str = "bench";

/// How long calls took that found the list in one place or another.
pub(super) struct Calls {
    pub what: &'static str,
    pub times: Vec<Duration>,
}

/// The people that `ours` holds are the town.
pub(super) fn measure(ours: &mut Worker) -> Result<Vec<Calls>, Failure> {
    let folder = workspace::target()?.join("bench").join("lambda");
    compile_functions(&["matching".to_owned()], Platform::Host, &folder, Progress::Loud)?;
    let town = ours.ask(&json!({"do": "town", "now": now(), "issuer": ISSUER}))?;
    let everybody: Vec<String> = events(&town)?;
    let one_person = vec![everybody[0].clone(); everybody.len()];
    let services = Services::holding(items(&town))?;
    let cache = LocalCache::start("bench-matching")?;
    let environment = |what, url: &str, events: &[String]| {
        let mut variables = variables("matching", &services.url())?;
        variables.insert("APP_CACHE_URL".to_owned(), url.to_owned());
        let lambda = Lambda::new(folder.join("matching").join("bootstrap"), variables);
        let times = Progress::Loud.step(&format!("ask for matches, {what}"), || call(&lambda, events))?;
        Ok(Calls { what, times })
    };
    Ok(vec![
        environment("ranked anew, no cache", "", &everybody)?,
        environment("ranked anew, kept in Redis", &cache.url(), &everybody)?,
        environment("found in Redis", &cache.url(), &everybody)?,
        environment("found in memory", &cache.url(), &one_person)?,
    ])
}

/// An environment begins, and answers one event after the other.
fn call(lambda: &Lambda, events: &[String]) -> Result<Vec<Duration>, Failure> {
    let api = RuntimeApi::start()?;
    let mut process = lambda.start(&api)?;
    api.polled(&mut process)?;
    let mut times = Vec::with_capacity(events.len());
    for event in events {
        let answer = api.invoke(event)?;
        times.push(answer.at - answer.handed);
        expect_people(answer.body)?;
    }
    Ok(times.split_off(WARM_UP))
}

/// An error or an empty list would be quick, too.
fn expect_people(body: Result<Vec<u8>, Vec<u8>>) -> Result<(), Failure> {
    let failed = |evidence: &[u8]| {
        Failure::new("the function did not list anybody").evidence(String::from_utf8_lossy(evidence).into_owned())
    };
    let answer = body.map_err(|error| failed(&error))?;
    let parsed: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let page: Value = serde_json::from_str(parsed["body"].as_str().unwrap_or_default()).unwrap_or_default();
    if page["items"].as_array().is_some_and(|items| !items.is_empty()) { Ok(()) } else { Err(failed(&answer)) }
}

fn items(town: &Value) -> Items {
    let part = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    let items = town["items"].as_array().into_iter().flatten();
    items.map(|item| ((part(item, "pk"), part(item, "sk")), item.clone().into())).collect()
}

/// A request of everybody's.
fn events(town: &Value) -> Result<Vec<String>, Failure> {
    let file = workspace::root().join("events/matching.list-without-token.json");
    let text = fs::read_to_string(&file).explain(|| format!("cannot read {}", file.display()))?;
    let mut event: Value = serde_json::from_str(&text).explain(|| format!("cannot read {}", file.display()))?;
    let tokens = town["tokens"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let of = |token| {
        event["headers"]["authorization"] = json!(format!("Bearer {token}"));
        event.to_string()
    };
    Ok(tokens.map(of).collect())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a token is good for ten minutes of a real clock, and no test depends on it"
)]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
