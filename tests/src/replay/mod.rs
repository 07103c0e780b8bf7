//! Replay: every file in `events/` is sent to the deployed function that it is named after, and the answer compared.
//!
//! The files are what AWS sends, so they also serve `cargo lambda invoke <function> --data-file events/<file>`.
//! Ids in them belong to nobody, and a token to no session: a replay changes nothing that another story sees. The few that
//! do are sent where no other story is.

mod expected;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use xtask::workspace;

use crate::support::Story;
use expected::{EXPECTED, Outcome};

/// Events that change what holds for everybody.
const DRASTIC: [&str; 1] = ["keys-rotate.now"];

#[test]
fn every_event_has_its_outcome() {
    let story = Story::in_peace();
    let offences: Vec<_> =
        EXPECTED.iter().filter(|(name, _)| !DRASTIC.contains(name)).filter_map(|event| replay(&story, event)).collect();
    assert!(offences.is_empty(), "events with another outcome:\n{}", offences.join("\n"));
}

#[test]
fn every_drastic_event_has_its_outcome() {
    let story = Story::alone();
    let offences: Vec<_> =
        EXPECTED.iter().filter(|(name, _)| DRASTIC.contains(name)).filter_map(|event| replay(&story, event)).collect();
    assert!(offences.is_empty(), "events with another outcome:\n{}", offences.join("\n"));
}

/// In what the outcome of an event differs from the expected one, if it does.
fn replay(story: &Story, (name, outcome): &(&str, Outcome)) -> Option<String> {
    let (function, _) = name.split_once('.').unwrap();
    let answer = story.town.stack.invoke(function, &read(name)).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    outcome.differs(&answer).map(|difference| format!("{name}: {difference}\n    {answer}"))
}

fn read(name: &str) -> Value {
    let path = workspace::root().join(format!("events/{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name} is no JSON: {error}"))
}

#[test]
fn every_event_is_expected_and_every_expectation_has_an_event() {
    let entries = fs::read_dir(workspace::root().join("events")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let files: BTreeSet<String> = names.map(|name| name.strip_suffix(".json").unwrap_or(&name).to_owned()).collect();
    let expected: BTreeSet<String> = EXPECTED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(expected.len(), EXPECTED.len(), "an event is expected twice");
    let unexpected: Vec<_> = files.difference(&expected).collect();
    assert!(unexpected.is_empty(), "add the outcome of these events to EXPECTED: {unexpected:?}");
    let missing: Vec<_> = expected.difference(&files).collect();
    assert!(missing.is_empty(), "these events are expected and do not exist: {missing:?}");
}

#[test]
fn a_different_outcome_is_noticed() {
    let answer = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let problem = answer(r#"{"statusCode":401,"body":"{\"code\":\"unauthenticated\"}"}"#);
    assert_eq!(Outcome::Problem(401, "unauthenticated").differs(&problem), None);
    assert!(Outcome::Problem(401, "session_ended").differs(&problem).is_some());
    assert!(Outcome::Problem(403, "unauthenticated").differs(&problem).is_some());
    assert!(Outcome::Status(200).differs(&problem).is_some());
    let failures = answer(r#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#);
    assert_eq!(Outcome::Failed(&["a"]).differs(&failures), None);
    assert!(Outcome::Failed(&[]).differs(&failures).is_some());
    assert!(Outcome::Failed(&["a", "b"]).differs(&failures).is_some());
    let frame = answer(
        r#"{"statusCode":200,"body":"{\"type\":\"error\",\"id\":\"f1\",\"data\":{\"code\":\"unknown_frame\"}}"}"#,
    );
    assert_eq!(Outcome::FrameError("f1", "unknown_frame").differs(&frame), None);
    assert!(Outcome::FrameError("f2", "unknown_frame").differs(&frame).is_some());
    assert!(Outcome::FrameError("f1", "session_ended").differs(&frame).is_some());
    assert!(Outcome::Nothing.differs(&frame).is_some());
}
