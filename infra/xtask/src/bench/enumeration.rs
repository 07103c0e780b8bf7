//! Whether `auth` tells strangers who has an account: by what it answers, or by how long it takes.
//!
//! One process of the function is asked about an address that has an account and about one that has none, in an order that
//! chance decides. The stub services answer both alike, so that only the function's own work can differ.

use std::time::Duration;

use regex_lite::Regex;
use serde_json::{Value, json};

use super::events::variables;
use super::lambda::Lambda;
use super::measure::median;
use super::runtime_api::RuntimeApi;
use super::service::{Items, Services};
use crate::admin::digest;
use crate::failure::{Explain, Failure};
use crate::package::{Platform, compile_functions};
use crate::progress::{Progress, result};
use crate::table::Table;
use crate::workspace;

const KNOWN: &str = "ada@example.org";
const UNKNOWN: &str = "bob@example.org";
const ADA: &str = "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10";
const PASSWORD: &str = "correct horse battery";
/// Argon2id of [`PASSWORD`], at the cost that `shared` demands.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$Y29sbGFibWF0Y2gtYmVuY2g$01wDXd+xLI2Q7MoJz5c8GnxmFkEM2QrEPs/O1mkw+4Y";
/// What may differ between the two.
const AIM: Duration = Duration::from_micros(500);
const WARM_UP: usize = 20;

/// One thing that a stranger may ask, about somebody and about nobody.
struct Question {
    name: &'static str,
    path: &'static str,
    body: fn(&str) -> Value,
}

const QUESTIONS: [Question; 4] = [
    Question {
        name: "login, wrong password",
        path: "/v1/auth/login",
        body: |email| json!({ "email": email, "password": "not the password" }),
    },
    Question {
        name: "login/code, right password",
        path: "/v1/auth/login/code",
        body: |email| json!({ "email": email, "password": PASSWORD }),
    },
    Question {
        name: "register",
        path: "/v1/auth/register",
        body: |email| json!({ "email": email, "password": PASSWORD }),
    },
    Question { name: "password/forgot", path: "/v1/auth/password/forgot", body: |email| json!({ "email": email }) },
];

/// Times and answers of one question.
struct Outcome {
    question: &'static Question,
    known: Vec<Duration>,
    unknown: Vec<Duration>,
    answers_agree: bool,
}

pub fn run(samples: usize, as_json: bool) -> Result<(), Failure> {
    let folder = workspace::target()?.join("bench").join("lambda");
    compile_functions(&["auth".to_owned()], Platform::Host, &folder, Progress::Loud)?;
    let services = Services::holding(ada())?;
    let lambda = Lambda::new(folder.join("auth").join("bootstrap"), variables("auth", &services.url())?);
    let api = RuntimeApi::start()?;
    let mut process = lambda.start(&api)?;
    api.polled(&mut process)?;
    let mut outcomes = Vec::new();
    for question in &QUESTIONS {
        let title = format!("ask {} {samples} times for each of the two", question.path);
        outcomes.push(Progress::Loud.step(&title, || ask(&api, question, samples))?);
    }
    report(&outcomes, samples, as_json);
    match outcomes.iter().find(|outcome| !outcome.answers_agree || outcome.difference() > AIM) {
        None => Ok(()),
        Some(outcome) => Err(Failure::new(format!("{} tells who has an account", outcome.question.path))
            .remedy("run again on a quiet machine; if it stays, look for work that only one of the two causes")),
    }
}

/// Somebody who has confirmed her address, as the tables hold her.
fn ada() -> Items {
    let key = |pk: String, sk: &str| (pk, sk.to_owned());
    let account = json!({
        "email": { "S": KNOWN }, "state": { "S": "active" }, "created_at": { "S": "2026-01-01T00:00:00.000Z" },
    });
    Items::from([
        (key(format!("EMAIL#{}", digest(KNOWN)), "CLAIM"), json!({ "user_id": { "S": ADA } }).into()),
        (key(format!("USER#{ADA}"), "ACCOUNT"), account.into()),
        (key(format!("PASSWORD#{ADA}"), "PASSWORD"), json!({ "hash": { "S": HASH } }).into()),
    ])
}

fn ask(api: &RuntimeApi, question: &'static Question, samples: usize) -> Result<Outcome, Failure> {
    let mut outcome = Outcome { question, known: Vec::new(), unknown: Vec::new(), answers_agree: true };
    let events = [event(question, KNOWN)?, event(question, UNKNOWN)?];
    let mut expected = None;
    let mut chance = 1_u64;
    for round in 0..WARM_UP + samples {
        // A linear congruential generator: nothing that the machine does in a rhythm meets one of the two more often.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let known_first = chance >> 63 == 0;
        for about_known in [known_first, !known_first] {
            let answer = api.invoke(&events[usize::from(!about_known)])?;
            let body = answer.body.map_err(|error| {
                Failure::new("the function failed").evidence(String::from_utf8_lossy(&error).into_owned())
            })?;
            let text = comparable(&body)?;
            outcome.answers_agree &= *expected.get_or_insert_with(|| text.clone()) == text;
            if round >= WARM_UP {
                let times = if about_known { &mut outcome.known } else { &mut outcome.unknown };
                times.push(answer.at - answer.handed);
            }
        }
    }
    Ok(outcome)
}

/// The event of a request, as API Gateway makes it.
fn event(question: &Question, email: &str) -> Result<String, Failure> {
    let file = workspace::root().join("events/auth.register.json");
    let text = std::fs::read_to_string(&file).explain(|| format!("cannot read {}", file.display()))?;
    let mut event: Value = serde_json::from_str(&text).explain(|| format!("cannot read {}", file.display()))?;
    let body = (question.body)(email).to_string();
    event["rawPath"] = json!(question.path);
    event["requestContext"]["http"]["path"] = json!(question.path);
    event["pathParameters"]["proxy"] = json!(question.path.trim_start_matches("/v1/auth/"));
    event["headers"]["content-length"] = json!(body.len().to_string());
    event["body"] = json!(body);
    Ok(event.to_string())
}

/// An answer without what differs from request to request whoever it is about: ids, which are drawn anew, and the end of
/// the limit's window, which the address shifts.
fn comparable(answer: &[u8]) -> Result<String, Failure> {
    let mut answer: Value = serde_json::from_slice(answer).explain(|| "the answer is not JSON".to_owned())?;
    for headers in ["headers", "multiValueHeaders"] {
        if let Some(headers) = answer[headers].as_object_mut() {
            headers.remove("ratelimit-reset");
        }
    }
    let id = Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").explain(|| "a broken pattern".to_owned())?;
    Ok(id.replace_all(&answer.to_string(), "<id>").into_owned())
}

impl Outcome {
    fn difference(&self) -> Duration {
        median(self.known.clone()).abs_diff(median(self.unknown.clone()))
    }

    /// The same figure of two samples of one and the same address: what is smaller is noise.
    fn noise(&self) -> Duration {
        let half = |parity: usize| self.known.iter().skip(parity).step_by(2).copied().collect::<Vec<_>>();
        median(half(0)).abs_diff(median(half(1)))
    }
}

fn report(outcomes: &[Outcome], samples: usize, as_json: bool) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
    // What an answer gives away that skips the hash for addresses without an account.
    let forgot = outcomes.last().map(|outcome| median(outcome.known.clone())).unwrap_or_default();
    let naive = |outcome: &Outcome| median(outcome.known.clone()).saturating_sub(forgot);
    if as_json {
        let rows = outcomes.iter().map(|outcome| {
            json!({
                "question": outcome.question.name, "answers_agree": outcome.answers_agree,
                "known_ms": milliseconds(median(outcome.known.clone())),
                "unknown_ms": milliseconds(median(outcome.unknown.clone())),
                "difference_ms": milliseconds(outcome.difference()), "noise_ms": milliseconds(outcome.noise()),
                "naive_difference_ms": milliseconds(naive(outcome)),
            })
        });
        result(json!({ "samples": samples, "aim_ms": milliseconds(AIM), "rows": rows.collect::<Vec<_>>() }));
        return;
    }
    let mut table = Table::new([
        "question",
        "answers",
        "known ms",
        "unknown ms",
        "difference ms",
        "noise ms",
        "without a decoy ms",
    ]);
    for outcome in outcomes {
        table.row(&[
            outcome.question.name.to_owned(),
            if outcome.answers_agree { "alike" } else { "DIFFER" }.to_owned(),
            format!("{:.3}", milliseconds(median(outcome.known.clone()))),
            format!("{:.3}", milliseconds(median(outcome.unknown.clone()))),
            format!("{:.3}", milliseconds(outcome.difference())),
            format!("{:.3}", milliseconds(outcome.noise())),
            format!("{:.3}", milliseconds(naive(outcome))),
        ]);
    }
    result(format_args!(
        "\nMedians of {samples} samples each; the aim is a difference of {:.1} ms.",
        milliseconds(AIM)
    ));
    result(table);
    result("noise: the difference between halves of the samples of one address.");
    result("without a decoy: what would be given away by skipping the hash for an address without an account.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_compared_but_for_ids_and_the_end_of_a_window() {
        let answer = |id: &str, reset: u8, body: &str| {
            let answer = json!({ "headers": { "x-request-id": id, "ratelimit-reset": reset }, "body": body });
            comparable(answer.to_string().as_bytes()).unwrap()
        };
        let other = ADA.replace('0', "1");
        assert_eq!(answer(ADA, 1, "a"), answer(&other, 2, "a"));
        assert_ne!(answer(ADA, 1, "a"), answer(ADA, 1, "b"));
    }
}
