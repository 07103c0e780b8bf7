//! The directions in which code may depend on code: inwards.

use std::collections::BTreeSet;

use regex_lite::Regex;
use serde_json::{Value, json};
use xtask::workspace;

use super::Rule;
use super::sources::{self, Source};
use super::tidy::function_file;

/// What the files of a layer must not name.
struct Layer {
    folder: &'static str,
    forbidden: &'static str,
    reason: &'static str,
}

const LAYERS: [Layer; 7] = [
    Layer {
        folder: "shared/src/domain/",
        forbidden: r"\b(ports|adapters|edge|config|delivery|models|suggestions|telemetry)::|\basync\b|\.await\b|\b(tokio|axum|lambda_http|lambda_runtime)\b|\baws_(sdk|config|smithy)|\bSystemTime\b|\bInstant\b|\bstd::env\b",
        reason: "the domain is pure: no input, output, clock or chance",
    },
    Layer {
        folder: "shared/src/ports/",
        forbidden: r"\b(adapters|edge)::|\baws_(sdk|config|smithy)|\b(axum|lambda_http|lambda_runtime)::",
        reason: "a port says what is needed, not who provides it or who asks",
    },
    Layer {
        folder: "shared/src/edge/",
        forbidden: r"\badapters::|\baws_(sdk|config|smithy)",
        reason: "an edge is the same whatever lies behind the ports",
    },
    Layer {
        folder: "shared/src/delivery/",
        forbidden: r"\b(adapters|edge)::|\baws_(sdk|config|smithy)",
        reason: "delivery is made of ports alone",
    },
    Layer {
        folder: "shared/src/suggestions/",
        forbidden: r"\b(adapters|edge)::|\baws_(sdk|config|smithy)",
        reason: "suggestions are made of ports alone",
    },
    Layer {
        folder: "shared/src/models.rs",
        forbidden: r"\b(adapters|edge)::|\baws_(sdk|config|smithy)",
        reason: "what is kept between requests is made of ports alone",
    },
    Layer { folder: "shared/src/adapters/", forbidden: r"\bedge::", reason: "an adapter does not know who asks" },
];

/// Only `main.rs` wires.
const FUNCTION: &str = r"\badapters::|\baws_(sdk|config|smithy)";

const INWARDS: Rule = Rule {
    text: "Dependencies point inwards: main.rs → lib.rs → edge → ports → domain; adapters → ports, domain",
    why: "rules that know no network are tested in microseconds, and an adapter can be replaced without touching them",
    remedy: "take what you need as a port or a parameter, and let main.rs pass it in",
};

fn outward_names(sources: &[Source]) -> Vec<String> {
    let mut offences = Vec::new();
    for Layer { folder, forbidden, reason } in &LAYERS {
        let forbidden = Regex::new(forbidden).unwrap();
        for source in sources.iter().filter(|source| source.path.starts_with(folder)) {
            offences.extend(named(source, &forbidden, reason));
        }
    }
    let forbidden = Regex::new(FUNCTION).unwrap();
    let inner = |source: &&Source| function_file(&source.path).is_some_and(|(_, file)| file != "main.rs");
    for source in sources.iter().filter(inner) {
        offences.extend(named(source, &forbidden, "only main.rs and the tests name adapters"));
    }
    offences
}

fn named(source: &Source, forbidden: &Regex, reason: &str) -> Vec<String> {
    let lines = source.code().filter_map(|(number, line)| Some((number, forbidden.find(line)?)));
    lines.map(|(number, name)| format!("{}:{number} names {}: {reason}", source.path, name.as_str())).collect()
}

#[test]
fn dependencies_point_inwards() {
    let sources = sources::rust();
    for Layer { folder, .. } in &LAYERS {
        assert!(sources.iter().any(|source| source.path.starts_with(folder)), "there is no {folder} any more");
    }
    INWARDS.holds(&outward_names(&sources));
}

#[test]
fn a_dependency_outwards_is_caught_in_every_layer() {
    let plants = [
        ("shared/src/domain/a.rs", "use crate::ports::ambient::Ambient;"),
        ("shared/src/domain/a.rs", "pub async fn now() {}"),
        ("shared/src/domain/a.rs", "let now = SystemTime::now();"),
        ("shared/src/ports/a.rs", "use crate::adapters::aws::Aws;"),
        ("shared/src/edge/http/a.rs", "use aws_sdk_dynamodb::Client;"),
        ("shared/src/delivery/a.rs", "use crate::edge::ws::ServerFrame;"),
        ("shared/src/suggestions/people.rs", "use crate::adapters::dynamo::DynamoPairs;"),
        ("shared/src/models.rs", "use crate::adapters::dynamo::DynamoMatrix;"),
        ("shared/src/adapters/a.rs", "use crate::edge::http::Problem;"),
        ("functions/chat/src/inbox.rs", "use shared::adapters::dynamo::DynamoChat;"),
    ];
    for (path, line) in plants {
        let planted = Source::new(path, &format!("//! Docs that name adapters::aws.\n\n{line}\n"));
        assert_eq!(outward_names(&[planted]).len(), 1, "{path}: {line}");
    }
    let wiring = Source::new("functions/chat/src/main.rs", "use shared::adapters::aws::Aws;\n");
    assert!(outward_names(&[wiring]).is_empty());
}

const ALONE: Rule = Rule {
    text: "A function depends on no other function",
    why: "each is deployed alone, with its own permissions; code that two of them need is shared code",
    remedy: "move what both need into shared/",
};

/// Functions that name another one as a dependency, from `cargo metadata`.
fn entangled(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let functions: Vec<&Value> = packages.filter(|package| is_function(package)).collect();
    let names: BTreeSet<&str> = functions.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut offences = Vec::new();
    for function in functions {
        let wanted = function["dependencies"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
        let others = wanted.filter(|name| names.contains(name));
        offences.extend(others.map(|other| format!("{} depends on {other}", function["name"])));
    }
    offences
}

fn is_function(package: &Value) -> bool {
    package["manifest_path"].as_str().is_some_and(|path| path.contains("/functions/"))
}

#[test]
fn functions_stand_alone() {
    ALONE.holds(&entangled(&workspace::metadata(&["--no-deps"]).unwrap()));
}

#[test]
fn an_entangled_function_is_caught() {
    let package = |name: &str, dependency: &str| {
        let manifest = format!("/somewhere/functions/{name}/Cargo.toml");
        json!({ "name": name, "manifest_path": manifest, "dependencies": [{ "name": dependency }] })
    };
    let metadata = json!({ "packages": [package("chat", "shared"), package("chat-send", "chat")] });
    assert_eq!(entangled(&metadata), ["\"chat-send\" depends on chat"]);
}
