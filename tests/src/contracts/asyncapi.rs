//! The document of the socket is true: it is what the types of the protocol say, and `infra/PROTOCOL.md` tells of all of it.

use std::fs;

use serde_json::Value;
use shared::edge::ws::asyncapi::document;
use shared::edge::ws::protocol::{ClientKind, ServerKind};
use xtask::workspace;

use super::openapi::is_blessed;

const DOCUMENT: &str = "functions/health/asyncapi.json";

#[test]
fn the_served_document_of_frames_is_what_the_types_say() {
    let path = workspace::root().join(DOCUMENT);
    let document = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if is_blessed() {
        fs::write(&path, &document).unwrap();
    }
    let served = fs::read_to_string(&path).unwrap();
    assert!(served == document, "{DOCUMENT} is out of date: run this test with BLESS=1 and look at the difference");
}

fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn whatever_the_document_refers_to_is_in_it() {
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn the_protocol_is_told_whole_to_those_who_write_clients() {
    let told = fs::read_to_string(workspace::root().join("infra/PROTOCOL.md")).unwrap();
    let kinds = ClientKind::ALL.iter().map(|kind| kind.as_str());
    for kind in kinds.chain(ServerKind::ALL.iter().map(|kind| kind.as_str())) {
        assert!(told.contains(&format!("`{kind}`")), "infra/PROTOCOL.md does not tell of {kind}");
    }
}
