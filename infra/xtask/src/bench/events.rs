//! What the functions are asked: payloads from `events/`, and the environment that the template gives each of them.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::failure::{Explain, Failure};
use crate::local::read_template;
use crate::model;
use crate::workspace;

/// Requests that reach a service, so that the first response includes the first connection.
const PREFERRED: [&str; 5] = [
    "auth.jwks",
    "chat-send.frame-unknown-connection",
    "health.ready",
    "profiles.me-forged-token",
    "socket.ping-unknown-connection",
];

/// A token as it was before the keys changed: well-formed, of a key that is not published (any more).
const UNKNOWN_KEY_TOKEN: &str = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6ImJlbmNoIn0.e30.\
    eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eA";

#[derive(Debug, Clone)]
pub(super) struct Event {
    /// Its file's name without the ending.
    pub name: String,
    pub payload: String,
}

/// The event that a function is measured with, if there is one.
pub(super) fn event(function: &str) -> Result<Option<Event>, Failure> {
    let folder = workspace::root().join("events");
    let files = fs::read_dir(&folder).explain(|| format!("cannot list {}", folder.display()))?;
    let prefix = format!("{function}.");
    let mut names: Vec<String> = files
        .filter_map(Result::ok)
        .filter_map(|file| file.file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
        .filter(|name| name.starts_with(&prefix))
        .collect();
    names.sort_by_key(|name| (!PREFERRED.contains(&name.as_str()), name.clone()));
    let Some(name) = names.into_iter().next() else { return Ok(None) };
    let file = folder.join(format!("{name}.json"));
    let payload = fs::read_to_string(&file).explain(|| format!("cannot read {}", file.display()))?;
    // A token that is not one is refused at once; this one has the published keys read first.
    let payload = payload.replace("Bearer not-a-token", &format!("Bearer {UNKNOWN_KEY_TOKEN}"));
    Ok(Some(Event { name, payload }))
}

/// The variables that the template sets for a function. What the template computes is replaced by something that looks
/// alike; endpoints lead to `services`.
pub(super) fn variables(function: &str, services: &str) -> Result<BTreeMap<String, String>, Failure> {
    let template = read_template(&workspace::root().join("template.yaml"))?;
    let code = format!("target/lambda/{function}/bootstrap.zip");
    let resources = template["Resources"].as_object().into_iter().flatten().map(|(_, resource)| resource);
    let own = resources.map(|resource| &resource["Properties"]).find(|properties| properties["CodeUri"] == *code);
    let globals = &template["Globals"]["Function"];
    let mut variables = BTreeMap::from([("AWS_ENDPOINT_URL".to_owned(), services.to_owned())]);
    for properties in [Some(globals), own].into_iter().flatten() {
        let set = properties["Environment"]["Variables"].as_object().into_iter().flatten();
        variables.extend(set.map(|(name, value)| {
            let preset = preset(&template["Parameters"], value).filter(|_| name != "APP_LOG_LEVEL");
            (name.clone(), preset.unwrap_or_else(|| stand_in(name, value, services)))
        }));
    }
    Ok(variables)
}

/// What a parameter is when nobody says anything.
fn preset(parameters: &Value, value: &Value) -> Option<String> {
    let preset = &parameters[value["Ref"].as_str()?]["Default"];
    preset.as_str().map(str::to_owned).or_else(|| preset.as_u64().map(|number| number.to_string()))
}

fn stand_in(name: &str, value: &Value, services: &str) -> String {
    match value {
        Value::String(text) if text == "/opt" => model_folder(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        // What stands in a template's last place is for a stack that is neither prod nor has a cache.
        Value::Object(computed) if computed.contains_key("Fn::If") => stand_in(name, &value["Fn::If"][2], services),
        _ if name.starts_with("AWS_ENDPOINT_URL") => services.to_owned(),
        _ if name == "APP_LOG_LEVEL" => "info".to_owned(),
        _ if name.starts_with("APP_QUEUES_") => "https://sqs.eu-central-1.amazonaws.com/000000000000/bench".to_owned(),
        _ => "bench".to_owned(),
    }
}

/// What is in the layer lies here; without it the function says so.
fn model_folder() -> String {
    model::folder().map_or_else(|failure| failure.to_string(), |folder| folder.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_of_a_function_has_a_value_and_endpoints_lead_to_the_stubs() {
        let variables = variables("chat-send", "http://127.0.0.1:1").unwrap();
        assert_eq!(variables["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"], "http://127.0.0.1:1");
        assert!(variables.contains_key("APP_TABLES_CHAT"));
        assert!(variables.values().all(|value| !value.is_empty()));
    }

    #[test]
    fn parameters_are_what_they_are_when_nobody_says_anything() {
        let variables = variables("email-send", "http://127.0.0.1:1").unwrap();
        assert!(variables["APP_MAIL_PER_SECOND"].parse::<u32>().is_ok_and(|rate| rate > 0));
    }

    #[test]
    fn what_depends_on_a_condition_is_that_of_a_plain_stack() {
        let variables = variables("matching", "http://127.0.0.1:1").unwrap();
        assert_eq!([&variables["APP_CACHE_URL"], &variables["APP_CACHE_TTL_PERCENT"]], ["", "25"]);
    }

    #[test]
    fn functions_with_twins_are_measured_with_a_request_that_reaches_a_service() {
        for function in super::super::subjects::TWINS {
            let event = event(function).unwrap().unwrap();
            assert!(PREFERRED.contains(&event.name.as_str()), "{}", event.name);
        }
    }
}
