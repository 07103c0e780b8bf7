//! The API document is true: it is what the functions say, every operation of it is reachable, and failures are in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use utoipa::openapi::OpenApi;
use xtask::workspace;

use crate::house::template::{Resource, Template};

/// Where the served document is kept. `health` includes it, because a function depends on no other.
const DOCUMENT: &str = "functions/health/openapi.json";

/// What each HTTP function says of itself, by the name of its resource.
fn parts() -> [(&'static str, OpenApi); 9] {
    [
        ("AuthFunction", auth::api()),
        ("ProfilesFunction", profiles::api()),
        ("MatchingFunction", matching::api()),
        ("ProjectsFunction", projects::api()),
        ("ConnectionsFunction", connections::api()),
        ("ChatFunction", chat::api()),
        ("ChatSendFunction", chat_send::api()),
        ("AdminFunction", admin::api()),
        ("HealthFunction", health::api()),
    ]
}

/// What HTTP routes lead to and the document says nothing of.
fn undescribed(template: &Template) -> BTreeSet<String> {
    let routes = template.routes("HTTP");
    let behind = routes.iter().filter_map(|route| template.function_behind(*route)).map(str::to_owned);
    behind.filter(|function| parts().iter().all(|(described, _)| described != function)).collect()
}

#[test]
fn every_http_function_is_in_the_document() {
    let template = Template::read();
    let missing = undescribed(&template);
    assert!(missing.is_empty(), "add these to `parts` above, and to tests/Cargo.toml: {missing:?}");
    let push = serde_json::json!({ "Fn::GetAtt": ["PushFunction", "Arn"] });
    let planted = template.with_property("AuthIntegration", "IntegrationUri", &push);
    assert_eq!(undescribed(&planted), BTreeSet::from(["PushFunction".to_owned()]));
}

fn document() -> OpenApi {
    shared::edge::http::document(parts().map(|(_, part)| part))
}

#[test]
fn the_served_document_is_what_the_functions_say() {
    let path = workspace::root().join(DOCUMENT);
    let document = document().to_pretty_json().unwrap() + "\n";
    if is_blessed() {
        fs::write(&path, &document).unwrap();
    }
    let served = fs::read_to_string(&path).unwrap();
    assert!(served == document, "{DOCUMENT} is out of date: run this test with BLESS=1 and look at the difference");
}

#[expect(clippy::disallowed_methods, reason = "whether to write is asked by the person who runs the test")]
pub(super) fn is_blessed() -> bool {
    std::env::var("BLESS").is_ok_and(|value| value == "1")
}

/// An operation as the document has it.
struct Operation {
    function: &'static str,
    path: String,
    method: String,
    content: Value,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (function, part) in parts() {
        let part = serde_json::to_value(part).unwrap();
        for (path, methods) in part["paths"].as_object().into_iter().flatten() {
            for (method, content) in methods.as_object().into_iter().flatten() {
                let (path, method) = (path.clone(), method.to_uppercase());
                operations.push(Operation { function, path, method, content: content.clone() });
            }
        }
    }
    operations
}

#[test]
fn every_operation_is_routed_to_the_function_that_serves_it() {
    let template = Template::read();
    let offences = unreachable(&template);
    assert!(offences.is_empty(), "template.yaml routes differently:\n{}", offences.join("\n"));
}

fn unreachable(template: &Template) -> Vec<String> {
    let routes = template.routes("HTTP");
    let mut offences = Vec::new();
    for operation in operations() {
        let route = select(&routes, &operation.method, &operation.path);
        let reached = route.and_then(|route| template.function_behind(route));
        if reached != Some(operation.function) {
            offences.push(format!("{} is served by {}, reaches {reached:?}", operation.name(), operation.function));
        }
    }
    offences
}

/// The route that API Gateway selects: a full match before a greedy one, the longest first, and a method before `ANY`.
pub(super) fn select<'t>(routes: &[Resource<'t>], method: &str, path: &str) -> Option<Resource<'t>> {
    let fits = |route: &&Resource<'_>| {
        let (verb, pattern) = key(route);
        (verb == method || verb == "ANY") && matches(pattern, path)
    };
    let rank = |route: &&Resource<'_>| {
        let (verb, pattern) = key(route);
        (!pattern.ends_with("+}"), pattern.split('/').count(), verb == method)
    };
    routes.iter().filter(fits).max_by_key(rank).copied()
}

pub(super) fn key<'t>(route: &Resource<'t>) -> (&'t str, &'t str) {
    route.properties["RouteKey"].as_str().and_then(|key| key.split_once(' ')).unwrap_or_default()
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(segment), Some(_)) if segment.ends_with("+}") => return true,
            (Some(segment), Some(_)) if segment.starts_with('{') => {}
            (Some(segment), Some(part)) if segment == part => {}
            _ => return false,
        }
    }
}

#[test]
fn a_route_that_leads_elsewhere_is_caught() {
    let template = Template::read();
    // Without its own route, sending falls to the function that lists conversations, or to nobody.
    assert_eq!(unreachable(&template.without("ChatSendRoute")).len(), 1);
    assert!(!unreachable(&template.without("AuthJwksRoute")).is_empty());
    assert!(matches("/v1/me/{proxy+}", "/v1/me/photos") && !matches("/v1/me/{proxy+}", "/v1/me"));
    assert!(matches("/v1/{id}/messages", "/v1/{conversation_id}/messages") && !matches("/v1/me", "/v1/me/photos"));
}

#[test]
fn every_operation_says_what_it_answers() {
    let offences: Vec<_> = operations().iter().flat_map(undocumented).collect();
    assert!(offences.is_empty(), "the attribute of the handler lacks something:\n{}", offences.join("\n"));
}

fn undocumented(operation: &Operation) -> Vec<String> {
    let (name, content) = (operation.name(), &operation.content);
    let mut offences = Vec::new();
    let responses: Vec<_> = content["responses"].as_object().into_iter().flatten().collect();
    if !responses.iter().any(|(status, _)| status.starts_with('2')) {
        offences.push(format!("{name} never succeeds"));
    }
    if content["tags"].as_array().is_none_or(Vec::is_empty) {
        offences.push(format!("{name} has no tag"));
    }
    if content["summary"].as_str().is_none_or(str::is_empty) {
        offences.push(format!("{name} has no summary"));
    }
    // A page is shown to a person, who reads no problems.
    if responses.iter().any(|(_, response)| !response["content"]["text/html"].is_null()) {
        return offences;
    }
    let mut refusals = responses.iter().filter(|(status, _)| status.starts_with('4'));
    if can_refuse(content) && !refusals.clone().any(|(_, response)| is_problem(response)) {
        offences.push(format!("{name} can refuse, and shows no Problem for it"));
    }
    if let Some((status, _)) = refusals.find(|(_, response)| !is_problem(response)) {
        offences.push(format!("{name} answers {status} with something else than a Problem"));
    }
    offences
}

/// What reads a token, a body or parameters can be given wrong ones.
fn can_refuse(operation: &Value) -> bool {
    ["security", "requestBody", "parameters"].iter().any(|input| !operation[*input].is_null())
}

fn is_problem(response: &Value) -> bool {
    let content = response["content"].as_object().into_iter().flatten();
    content.map(|(_, media)| &media["schema"]["$ref"]).any(|schema| schema == "#/components/schemas/Problem")
}

/// Client generators make a function of each operation id and a type of each schema.
#[test]
fn names_in_the_document_are_unique() {
    let mut ids = BTreeSet::new();
    let ids_of = operations().into_iter().map(|operation| operation.content["operationId"].clone());
    let doubled: Vec<_> = ids_of.map(|id| id.to_string()).filter(|id| !ids.insert(id.clone())).collect();
    assert!(doubled.is_empty(), "write `operation_id = \"…\"` in the attributes of these handlers: {doubled:?}");

    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    for (function, part) in parts() {
        let part = serde_json::to_value(part).unwrap();
        for (name, schema) in part["components"]["schemas"].as_object().into_iter().flatten() {
            let known = schemas.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(known, schema, "{function} calls something else {name} than another function does");
        }
    }
}

/// What the edge answers failures with, whatever the attribute of a handler says.
#[test]
fn problems_are_documented_under_their_media_type() {
    let is_mislabelled = |operation: &Operation| {
        let responses = operation.content["responses"].as_object().into_iter().flatten();
        responses
            .filter(|(_, response)| is_problem(response))
            .any(|(_, response)| response["content"]["application/problem+json"].is_null())
    };
    let offences: Vec<_> =
        operations().iter().filter(|operation| is_mislabelled(operation)).map(Operation::name).collect();
    assert!(offences.is_empty(), "failures are application/problem+json; the document says otherwise of {offences:#?}");
}

#[test]
fn an_operation_that_hides_its_failures_is_caught() {
    let plant = |content: Value| {
        let (path, method) = ("/v1/x".to_owned(), "GET".to_owned());
        undocumented(&Operation { function: "X", path, method, content })
    };
    let problem = serde_json::json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    let good = serde_json::json!({ "tags": ["x"], "summary": "Reads.", "security": [{}], "responses": { "200": {}, "4XX": problem } });
    assert!(plant(good.clone()).is_empty());
    for (missing, value) in [
        ("tags", Value::Null),
        ("summary", Value::Null),
        ("responses", serde_json::json!({ "4XX": problem })),
        ("responses", serde_json::json!({ "200": {} })),
    ] {
        let mut bad = good.clone();
        bad[missing] = value;
        assert_eq!(plant(bad).len(), 1, "{missing}");
    }
}
