//! Throttles of the stage: each belongs to a route that exists, and what is cheap does not share the one of passwords.

use std::collections::BTreeMap;

use serde_json::json;

use super::openapi::{key, select};
use crate::house::template::Template;

/// What people need who are in already, or who come from a mail: it hashes nothing.
const CHEAP: [(&str, &str); 8] = [
    ("POST", "/v1/auth/refresh"),
    ("POST", "/v1/auth/logout"),
    ("GET", "/v1/auth/sessions"),
    ("DELETE", "/v1/auth/sessions"),
    ("DELETE", "/v1/auth/sessions/{session_id}"),
    ("GET", "/v1/auth/confirm"),
    ("POST", "/v1/auth/confirm"),
    ("GET", "/.well-known/jwks.json"),
];

/// The routes of the HTTP API with a throttle of their own, and their requests a second.
fn throttles(template: &Template) -> BTreeMap<String, u64> {
    let stage = template.get("HttpApiStage").unwrap();
    let settings = stage.properties["RouteSettings"].as_object().unwrap().iter();
    settings.map(|(key, limits)| (key.clone(), limits["ThrottlingRateLimit"].as_u64().unwrap())).collect()
}

/// Throttles of routes that do not exist, or that the stage may be made before: AWS refuses to deploy either.
fn baseless(template: &Template) -> Vec<String> {
    let waits_for = &template.0["Resources"]["HttpApiStage"]["DependsOn"];
    let routes = template.routes("HTTP");
    let is_based = |throttled: &String| {
        let route = routes.iter().find(|route| route.properties["RouteKey"] == **throttled);
        route.is_some_and(|route| waits_for.as_array().unwrap().contains(&json!(route.id)))
    };
    throttles(template).into_keys().filter(|throttled| !is_based(throttled)).collect()
}

/// Cheap operations that a flood of sign-ins would use up.
fn crowded_out(template: &Template) -> Vec<&'static str> {
    let routes = template.routes("HTTP");
    let route_of = |method: &str, path: &str| select(&routes, method, path).map(|route| key(&route));
    let sign_in = route_of("POST", "/v1/auth/login");
    assert!(sign_in.is_some());
    CHEAP.into_iter().filter(|(method, path)| route_of(method, path) == sign_in).map(|(_, path)| path).collect()
}

#[test]
fn a_flood_of_sign_ins_does_not_use_up_what_others_need() {
    let template = Template::read();
    assert_eq!(crowded_out(&template), Vec::<&str>::new());
    assert_eq!(baseless(&template), Vec::<String>::new());
    let throttles = throttles(&template);
    assert_eq!(throttles["ANY /v1/auth/{proxy+}"], 50);
    assert_eq!(throttles["POST /v1/auth/refresh"], 300);
}

#[test]
fn a_shared_or_baseless_throttle_is_caught() {
    let template = Template::read();
    let planted = template.without("AuthRefreshRoute");
    assert_eq!(crowded_out(&planted), ["/v1/auth/refresh"]);
    assert_eq!(baseless(&planted), ["POST /v1/auth/refresh"]);
    let early = template.with(|resources| resources["HttpApiStage"]["DependsOn"] = json!(["AuthRoute"]));
    assert!(baseless(&early).contains(&"POST /v1/auth/refresh".to_owned()));
}
