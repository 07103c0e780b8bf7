//! What strangers try with the sign-in at a provider. Whatever it is, the answer is one and the same.

use serde_json::json;

use crate::support::{Browser, CALLBACK, Flow, Story, Town, fresh_address};

#[test]
fn a_flow_ends_once() {
    let story = Story::with_providers();
    let flow = Flow::start(&story, "google").signs_in(&fresh_address("once"));
    let statuses = Town::at_once(4, |_| {
        let answer = flow.finish(&story);
        if let Some(id) = answer.body["user_id"].as_str() {
            story.remember(id);
        }
        answer.status
    });
    let count = |status| statuses.iter().filter(|other| **other == status).count();
    assert_eq!((count(200), count(401)), (1, 3), "{statuses:?}");
    // With a code that the provider has not seen yet, so that it is the state that is used up.
    let again = flow.signs_in(&fresh_address("again"));
    again.finish(&story).expect_problem(401, "oauth_failed");
}

#[test]
fn a_state_that_is_tampered_with_foreign_or_of_another_provider_is_refused() {
    let story = Story::with_providers();
    let flow = Flow::start(&story, "google").signs_in(&fresh_address("state"));
    let mut last = flow.state.clone();
    last.replace_range(..1, if last.starts_with('A') { "B" } else { "A" });
    for state in [last.as_str(), "", "x", "\u{0}", &"A".repeat(43), &"A".repeat(10_000)] {
        Flow { state: state.to_owned(), ..flow.clone() }.finish(&story).expect_problem(401, "oauth_failed");
    }
    // One that is real, but was given for another provider.
    Flow { provider: "github", ..flow.clone() }.finish(&story).expect_problem(401, "oauth_failed");
    // It is used up by that.
    flow.finish(&story).expect_problem(401, "oauth_failed");
}

/// Login CSRF: Eve lets Ada's browser finish Eve's flow, so that Ada writes into Eve's account. Ada's app has no secret
/// of that flow, and Eve's secret is nothing that a link can carry into it.
#[test]
fn a_flow_is_ended_only_by_the_client_that_started_it() {
    let story = Story::with_providers();
    let flow = Flow::start(&story, "google").signs_in(&fresh_address("eve"));
    let of_ada = Flow::start(&story, "google");
    Flow { secret: of_ada.secret.clone(), ..flow.clone() }.finish(&story).expect_problem(401, "oauth_failed");
    for secret in ["", &"A".repeat(43)] {
        let flow = Flow::start(&story, "github").signs_in(&fresh_address("eve"));
        Flow { secret: secret.to_owned(), ..flow }.finish(&story).expect_problem(401, "oauth_failed");
    }
}

/// Code injection: a stolen code is brought into a flow of the thief's own. The provider compares the PKCE verifiers.
#[test]
fn a_code_of_another_flow_is_refused() {
    let story = Story::with_providers();
    for provider in ["google", "github"] {
        let of_ada = Flow::start(&story, provider).signs_in(&fresh_address("ada"));
        let of_eve = Flow::start(&story, provider);
        Flow { code: of_ada.code.clone(), ..of_eve }.finish(&story).expect_problem(401, "oauth_failed");
    }
    for code in ["", "made-up", "a&client_id=other", "\u{0}", &"x".repeat(3_000)] {
        let flow = Flow { code: code.to_owned(), ..Flow::start(&story, "github") };
        flow.finish(&story).expect_problem(401, "oauth_failed");
    }
}

#[test]
fn an_id_token_with_the_nonce_of_another_flow_is_refused() {
    let story = Story::with_providers();
    let mut flow = Flow::start(&story, "google");
    let nonce = flow.authorization_url.rsplit_once("nonce=").unwrap().1.to_owned();
    flow.authorization_url = flow.authorization_url.replace(&nonce, "another-nonce");
    let flow = flow.signs_in(&fresh_address("nonce"));
    flow.finish(&story).expect_problem(401, "oauth_failed");
    story.town.logs_that_say("auth", "the id token has another nonce");
}

#[test]
fn a_flow_expires() {
    let story = Story::with_providers();
    let flow = Flow::start(&story, "github").signs_in(&fresh_address("late"));
    let key = format!("OAUTH#{}", digest(&flow.state));
    let mut item = story.town.item("Accounts", &key, "FLOW").expect("the flow under the hash of its state");
    assert!(!item.to_string().contains(&flow.state) && !item.to_string().contains(&flow.secret));
    item["expires_at"]["N"] = json!("1700000000");
    story.town.put_item("Accounts", &item);
    flow.finish(&story).expect_problem(401, "oauth_failed");
}

fn digest(text: &str) -> String {
    shared::domain::oauth::State::parse(text).expect("a state of ours").hash()
}

#[test]
fn codes_go_to_no_address_but_the_allowed_ones() {
    let story = Story::with_providers();
    for uri in [
        "https://evil.example/callback",
        "http://localhost:3000/oauth/callback/../evil",
        "http://localhost:3000/oauth/callback?next=https://evil.example",
        "http://localhost:3000.evil.example/oauth/callback",
        "//localhost:3000/oauth/callback",
        "",
    ] {
        let body = json!({ "redirect_uri": uri });
        let refused = story.town.post(None, "/v1/auth/oauth/google/start", &body);
        assert_eq!(refused.expect_problem(422, "invalid_field")["field"], "redirect_uri");
    }
    // The provider has a list of its own, for those who change the address on the way to it.
    let flow = Flow::start(&story, "google");
    let (allowed, evil) = ("localhost%3A3000%2Foauth%2Fcallback", "evil.example%2Fcallback");
    assert!(flow.authorization_url.contains(allowed), "{CALLBACK} is not in the address");
    let (status, page) = Browser::new().reads(&flow.authorization_url.replace(allowed, evil));
    assert_eq!(status, 400);
    assert!(page.contains("redirect_uri"), "{page}");
}

#[test]
fn a_provider_that_is_off_or_unknown_is_not_configured() {
    let (off, on) = (Story::in_peace(), Story::with_providers());
    let start = json!({ "redirect_uri": CALLBACK });
    let finish = json!({ "code": "c", "state": "s", "flow_secret": "f" });
    for (story, provider) in [(&off, "google"), (&off, "github"), (&on, "facebook"), (&on, "Google")] {
        for (step, body) in [("start", &start), ("finish", &finish)] {
            let answer = story.town.post(None, &format!("/v1/auth/oauth/{provider}/{step}"), body);
            answer.expect_problem(404, "provider_not_configured");
        }
    }
    let roles = json!({ "redirect_uri": CALLBACK, "user_id": "x" });
    on.town.post(None, "/v1/auth/oauth/google/start", &roles).expect_problem(400, "malformed_body");
}
