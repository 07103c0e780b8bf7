//! Bodies, ids and versions that make no sense. Each gets a clear problem, and nothing happens.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use xtask::admin::{Role, grant};
use xtask::deployment::LocalDeployment;

use crate::support::{Person, Story};

#[test]
fn malformed_json_is_a_problem_that_names_the_request() {
    let story = Story::in_peace();
    for body in ["", "{", "[]", "null", "\"text\"", "{\"email\":\"a\",\"password\":\"x\"} trailing"] {
        let answer = story.town.send_raw("POST", None, "/v1/auth/login", "application/json", body);
        answer.expect_problem(400, "malformed_body");
    }
    let missing = story.town.post(None, "/v1/auth/login", &json!({ "email": "ada@example.org" }));
    assert_eq!(missing.expect_problem(422, "invalid_field")["field"], "password");
    let wrong_type = story.town.post(None, "/v1/auth/login", &json!({ "email": 5, "password": "x" }));
    assert_eq!(wrong_type.expect_problem(422, "invalid_field")["field"], "email");
    let text = story.town.send_raw("POST", None, "/v1/auth/login", "text/plain", "{}");
    text.expect_problem(415, "unsupported_media_type");
}

#[test]
fn a_body_over_the_limit_is_refused_whole() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let mut profile = Person::profile("Ada");
    profile["bio"] = json!("x".repeat(70_000));
    ada.puts("/v1/me", &profile).expect_problem(413, "body_too_large");
    ada.gets("/v1/me").expect_problem(404, "profile_not_found");
}

#[test]
fn every_offending_field_is_named_at_once() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let mut profile = Person::profile("A");
    profile["experience_years"] = json!(99);
    profile["time_zone"] = json!("Mars/Olympus");
    let problem = ada.puts("/v1/me", &profile).expect_problem(422, "invalid_field");
    let named: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(named, ["name", "experience_years", "time_zone"]);
    profile["roles"] = json!(["admin"]);
    ada.puts("/v1/me", &profile).expect_problem(400, "malformed_body");
}

/// What the problem of a request names, in the order of the alphabet.
fn named(problem: &Value) -> BTreeSet<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect()
}

/// A value of a type that the property does not have.
fn mistyped(property: &Value) -> Value {
    let is_object = !property["oneOf"].is_null() || !property["$ref"].is_null();
    if is_object { json!(true) } else { json!({ "wrong": true }) }
}

#[test]
fn every_operation_names_all_that_is_missing_or_of_the_wrong_type() {
    let story = Story::with_providers();
    let ann = story.resident("Ann");
    grant(&LocalDeployment::of_stack(&story.town.stack), &ann.email, Role::Admin).unwrap();
    let document = ann.gets("/v1/openapi.json").expect(200);
    let mut bodies = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let Some(schema) = schema.as_str() else { continue };
            let schema = document.pointer(schema.trim_start_matches('#')).unwrap();
            let properties = schema["properties"].as_object().unwrap();
            let path = path.replace("{provider}", "google").replace("{seq}", "1");
            let path: Vec<_> = path.split('/').map(|part| if part.starts_with('{') { &ann.id } else { part }).collect();
            let send = |body: &Value| {
                let (method, path, token) = (method.to_uppercase(), path.join("/"), ann.token());
                let answer = story.town.send_raw(&method, Some(&token), &path, "application/json", &body.to_string());
                answer.expect_problem(422, "invalid_field")
            };

            let wrong: Value = properties.iter().map(|(name, of)| (name.clone(), mistyped(of))).collect();
            let every: BTreeSet<_> = properties.keys().map(String::as_str).collect();
            assert_eq!(named(&send(&wrong)), every, "{method} {path:?}");
            let required = schema["required"].as_array().into_iter().flatten();
            let required: BTreeSet<_> = required.map(|name| name.as_str().unwrap()).collect();
            if !required.is_empty() {
                assert_eq!(named(&send(&json!({}))), required, "{method} {path:?}");
            }
            bodies += 1;
        }
    }
    assert!(bodies >= 16, "only {bodies} operations with a body are in the document");
}

#[test]
fn a_missing_a_mistyped_and_an_invalid_field_are_named_together() {
    let story = Story::in_peace();
    let body = json!({ "email": 5, "code": "12" });
    let problem = story.town.post(None, "/v1/auth/login", &body).expect_problem(422, "invalid_field");
    assert_eq!(named(&problem), BTreeSet::from(["email", "password", "sign_in_id", "code"]));
    let ada = story.newcomer("Ada");
    let mut profile = Person::profile("A");
    profile["skills"] = json!(["Rust", 5]);
    profile["place"] = json!({ "city": 5 });
    let problem = ada.puts("/v1/me", &profile).expect_problem(422, "invalid_field");
    assert_eq!(named(&problem), BTreeSet::from(["name", "skills", "place.city", "place.country"]));
}

#[test]
fn characters_that_mislead_people_or_programs_are_refused_and_named() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let stranger = story.resident("Sam");
    // NUL, an override of the direction of text, an isolate of it, an escape sequence of terminals.
    for trick in ["a\0b", "a\u{202e}b", "a\u{2066}b", "a\u{1b}[2Jb"] {
        let mut profile = Person::profile(trick);
        profile["headline"] = json!(trick);
        profile["skills"] = json!(["Rust", trick]);
        let problem = ada.puts("/v1/me", &profile).expect_problem(422, "invalid_field");
        assert_eq!(named(&problem), BTreeSet::from(["name", "headline", "skills[1]"]), "{trick:?}");
        let refused = ada.puts(&format!("/v1/likes/{}", stranger.id), &json!({ "intro": trick }));
        assert_eq!(refused.expect_problem(422, "invalid_field")["field"], "intro");
        let refused = ada.tries_to_say(&conversation, "m-1", trick);
        assert_eq!(refused.expect_problem(422, "invalid_field")["field"], "text");
        let report = json!({ "reason": "spam", "text": trick });
        let refused = ada.posts(&format!("/v1/profiles/{}/report", bob.id), &report);
        assert_eq!(refused.expect_problem(422, "invalid_field")["field"], "text");
        for path in ["/v1/auth/register", "/v1/auth/login", "/v1/auth/password/forgot"] {
            let mut body = json!({ "email": format!("{trick}@example.org") });
            if !path.ends_with("forgot") {
                body["password"] = json!("correct horse battery");
            }
            let refused = story.town.post(None, path, &body).expect_problem(422, "invalid_field");
            assert_eq!(refused["field"], "email", "{path}");
        }
    }
    assert!(bob.reads(&conversation).is_empty());
}

#[test]
fn unknown_paths_methods_ids_and_versions_are_problems() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    ada.gets("/v1/profiles/not-a-uuid").expect_problem(400, "malformed_request");
    ada.gets("/v1/profiles/0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10").expect_problem(404, "profile_not_found");
    ada.gets("/v1/me/nothing-here").expect_problem(404, "route_not_found");
    ada.deletes("/v1/me").expect_problem(405, "method_not_allowed");
    ada.gets("/v1/matches?limit=0").expect_problem(422, "invalid_field");
    ada.gets("/v1/matches?limit=1000000000").expect_problem(422, "invalid_field");
    ada.gets("/v1/matches?limit=many").expect_problem(400, "malformed_request");
}

#[test]
fn a_parameter_that_nobody_knows_is_refused_and_nothing_happens() {
    let story = Story::in_peace();
    let (ada, _, conversation) = story.couple();
    let ann = story.newcomer("Ann");
    grant(&LocalDeployment::of_stack(&story.town.stack), &ann.email, Role::Admin).unwrap();
    // With a slip of the pen it would end this session, too.
    ada.deletes("/v1/auth/sessions?keep_curent=true").expect_problem(400, "malformed_request");
    ada.deletes("/v1/auth/sessions?keep_current=false&keep_current=true").expect_problem(400, "malformed_request");
    for path in ["/v1/matches?limt=5".to_owned(), format!("/v1/conversations/{conversation}/messages?before=1")] {
        ada.gets(&path).expect_problem(400, "malformed_request");
    }
    for path in ["reports?from=1", "audit?mouth=2026-11", "users?email=ada@example.org&role=admin"] {
        ann.gets(&format!("/v1/admin/{path}")).expect_problem(400, "malformed_request");
    }
    ada.gets("/v1/auth/sessions").expect(200);
    let refresh = json!({ "refresh_token": ada.refresh_token() });
    story.town.post(None, "/v1/auth/refresh", &refresh).expect(200);
}

#[test]
fn every_offending_parameter_and_a_doubled_field_are_named() {
    let story = Story::in_peace();
    let ann = story.newcomer("Ann");
    grant(&LocalDeployment::of_stack(&story.town.stack), &ann.email, Role::Admin).unwrap();
    let problem = ann.gets("/v1/admin/audit?month=2026-13&limit=0").expect_problem(422, "invalid_field");
    assert_eq!(named(&problem), BTreeSet::from(["month", "limit"]));
    let twice = r#"{"email":"ada@example.org","email":"eve@example.org","password":"x"}"#;
    let refused = story.town.send_raw("POST", None, "/v1/auth/login", "application/json", twice);
    let detail = &refused.expect_problem(400, "malformed_body")["detail"];
    assert_eq!(detail, "The body has the field email more than once");
    let unknown = ann.puts("/v1/auth/mail", &json!({ "locale": "de", "language": "de" }));
    let detail = unknown.expect_problem(400, "malformed_body")["detail"].clone();
    assert_eq!(detail, "The body has a field that this operation does not know; it knows locale");
    for (path, detail) in [
        ("/v1/matches?limit=many", "The parameter limit has the wrong form"),
        ("/v1/likes?limit=5&limit=6", "The query has the parameter limit more than once"),
    ] {
        assert_eq!(ann.gets(path).expect_problem(400, "malformed_request")["detail"], detail);
    }
    let told = |answer: crate::support::Answer| answer.expect_problem(422, "invalid_field")["detail"].clone();
    assert_eq!(told(ann.puts("/v1/auth/mail", &json!({ "locale": "xx" }))), "locale must be one of en, de");
    let upload = told(ann.posts("/v1/me/photos", &json!({ "content_type": "image/gif" })));
    assert_eq!(upload, "content_type must be one of image/jpeg, image/png, image/webp");
    let erasure = told(ann.posts("/v1/auth/erasure", &json!({})));
    assert_eq!(erasure, "password is missing, or else erasure_id and code from a mail");
}

#[test]
fn what_belongs_to_one_person_is_kept_in_no_cache() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let refresh = json!({ "refresh_token": ada.refresh_token() });
    let answers = [
        ada.tries_to_sign_in(crate::support::PASSWORD),
        story.town.post(None, "/v1/auth/refresh", &refresh),
        ada.gets("/v1/me"),
        ada.gets("/v1/matches"),
        ada.gets("/v1/profiles/not-a-uuid"),
    ];
    for answer in answers {
        assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.body);
    }
    for public in ["/v1/openapi.json", "/.well-known/jwks.json"] {
        assert_eq!(story.town.get(None, public).header("cache-control"), "public, max-age=300", "{public}");
    }
}

#[test]
fn nobody_likes_themselves_or_somebody_who_does_not_exist() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    ada.tries_to_like(&ada).expect_problem(422, "invalid_field");
    let stranger = "/v1/likes/0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10";
    ada.puts(stranger, &json!({})).expect_problem(404, "profile_not_found");
    let shy = story.newcomer("Shy");
    shy.tries_to_like(&ada).expect_problem(409, "profile_missing");
}
