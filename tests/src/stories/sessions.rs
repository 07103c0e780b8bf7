//! Tokens: refreshed, used twice, stolen, signed out.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::domain::time::Timestamp;

use crate::support::{Answer, Person, Story, Town, eventually};

fn refresh(town: &Town, token: &str) -> Answer {
    town.post(None, "/v1/auth/refresh", &json!({ "refresh_token": token }))
}

fn refresh_token(tokens: &Value) -> &str {
    tokens["refresh_token"].as_str().unwrap()
}

#[test]
fn two_tabs_that_refresh_at_once_get_the_same_child_and_stay_signed_in() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let token = ada.refresh_token();
    let children = Town::at_once(4, |_| refresh(story.town, &token).expect(200));
    let first = refresh_token(&children[0]);
    assert!(children.iter().all(|child| refresh_token(child) == first));
    refresh(story.town, first).expect(200);
}

#[test]
fn an_old_refresh_token_ends_the_session_and_warns_its_owner() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let stolen = ada.refresh_token();
    let second = refresh(story.town, &stolen).expect(200);
    let third = refresh(story.town, refresh_token(&second)).expect(200);
    // An hour goes by.
    let (pk, sk) = (format!("USER#{}", ada.id), format!("SESSION#{}", third["session_id"].as_str().unwrap()));
    let mut session = story.town.item("Sessions", &pk, &sk).unwrap();
    for rotated_at in session["refresh"]["M"]["rotations"]["L"].as_array_mut().unwrap() {
        rotated_at["S"] = json!("2026-01-01T00:00:00.000Z");
    }
    story.town.put_item("Sessions", &session);
    refresh(story.town, &stolen).expect_problem(401, "session_ended");
    refresh(story.town, refresh_token(&third)).expect_problem(401, "session_ended");
    let mails = story.town.mails_to(&ada.email, 2);
    assert!(mails[1].contains("ended that session"), "{}", mails[1]);
}

#[test]
fn an_answer_that_was_lost_signs_nobody_out_however_late_it_is_noticed() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let token = ada.refresh_token();
    let lost = refresh(story.town, &token).expect(200);
    let again = refresh(story.town, &token).expect(200);
    assert_eq!(refresh_token(&lost), refresh_token(&again));
    refresh(story.town, refresh_token(&again)).expect(200);
}

/// A session as if it had been started, and refreshed last, so long ago.
fn ages(ada: &Person<'_>, session_id: &str, attribute: &str, before: Duration) {
    let (pk, sk) = (format!("USER#{}", ada.id), format!("SESSION#{session_id}"));
    let mut session = ada.town().item("Sessions", &pk, &sk).unwrap();
    let now = Timestamp::from_unix_seconds(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs());
    session[attribute]["S"] = json!(Timestamp::from_unix_seconds(now.unix_seconds() - before.as_secs()).to_string());
    ada.town().put_item("Sessions", &session);
}

#[test]
fn a_session_ends_180_days_after_the_sign_in_however_often_it_is_refreshed() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let first = refresh(story.town, &ada.refresh_token()).expect(200);
    let session_id = first["session_id"].as_str().unwrap();
    ages(&ada, session_id, "created_at", Duration::from_hours(180 * 24 - 1));
    let second = refresh(story.town, refresh_token(&first)).expect(200);
    let stored = story.town.item("Sessions", &format!("USER#{}", ada.id), &format!("SESSION#{session_id}")).unwrap();
    let time = |attribute: &str| stored[attribute]["S"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(time("ends_at"), time("created_at") + Duration::from_hours(180 * 24));
    assert_eq!(stored["expires_at"]["N"], time("ends_at").unix_seconds().to_string());

    ages(&ada, session_id, "created_at", Duration::from_hours(180 * 24 + 1));
    let third = refresh(story.town, refresh_token(&second)).expect(200);
    refresh(story.town, refresh_token(&third)).expect_problem(401, "session_ended");
}

#[test]
fn who_is_kept_out_gets_nothing_for_any_refresh_token() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let parent = ada.refresh_token();
    let newest = refresh(story.town, &parent).expect(200);
    refresh(story.town, &parent).expect(200);
    // A ban whose request died before it had ended the sessions.
    let mut account = story.town.item("Accounts", &format!("USER#{}", ada.id), "ACCOUNT").unwrap();
    account["sanction"] = json!({ "M": {
        "kind": { "S": "ban" }, "reason": { "S": "spam" }, "since": { "S": "2026-01-01T00:00:00.000Z" },
        "until": { "S": "9999-12-31T23:59:59.000Z" },
    } });
    story.town.put_item("Accounts", &account);
    refresh(story.town, &parent).expect_problem(401, "session_ended");
    refresh(story.town, refresh_token(&newest)).expect_problem(401, "session_ended");
}

#[test]
fn of_more_than_a_hundred_sessions_the_one_used_least_recently_ends() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let first = refresh(story.town, &ada.refresh_token()).expect(200);
    let (pk, sk) = (format!("USER#{}", ada.id), format!("SESSION#{}", first["session_id"].as_str().unwrap()));
    let session = story.town.item("Sessions", &pk, &sk).unwrap();
    for number in 0..99 {
        let mut other = session.clone();
        let id = format!("0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b{number:02}");
        other["sk"]["S"] = json!(format!("SESSION#{id}"));
        other["session_id"]["S"] = json!(id);
        other["refresh"]["M"]["rotations"]["L"] = json!([{ "S": format!("2026-01-01T00:00:{:02}.000Z", number % 60) }]);
        story.town.put_item("Sessions", &other);
    }
    let live = || ada.gets("/v1/auth/sessions").expect(200)["items"].as_array().unwrap().len();
    assert_eq!(live(), 100);
    ada.signs_in();
    assert_eq!(live(), 100);
    refresh(story.town, refresh_token(&first)).expect(200);
}

#[test]
fn a_session_that_is_not_refreshed_ends() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let tokens = refresh(story.town, &ada.refresh_token()).expect(200);
    ages(&ada, tokens["session_id"].as_str().unwrap(), "ends_at", Duration::from_secs(1));
    refresh(story.town, refresh_token(&tokens)).expect_problem(401, "session_ended");
    let (token, deadline) = (tokens["access_token"].as_str(), Instant::now() + Duration::from_secs(10));
    eventually("the end of the session", || {
        assert!(Instant::now() < deadline);
        (story.town.get(token, "/v1/auth/sessions").status == 401).then_some(())
    });
}

#[test]
fn signing_out_ends_tokens_and_sockets_within_seconds() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let mut socket = ada.connects();
    let refresh_before = ada.refresh_token();
    ada.gets("/v1/me").expect(200);
    ada.posts("/v1/auth/logout", &json!({})).expect(204);
    // Each environment may believe for two seconds what it read before; then every one of them must refuse.
    let promised = Instant::now() + Duration::from_secs(2);
    eventually("the end of every cache", || (Instant::now() > promised).then_some(()));
    ada.gets("/v1/me").expect_problem(401, "session_ended");
    refresh(story.town, &refresh_before).expect_problem(401, "session_ended");
    socket.is_closed();
}

#[test]
fn a_lost_device_is_signed_out_from_another_one() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let lost = ada.on_another_device();
    let mut socket = lost.connects();
    let sessions = ada.gets("/v1/auth/sessions").expect(200);
    let items = sessions["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{sessions}");
    let current: Vec<_> = items.iter().map(|item| item["is_current"].as_bool().unwrap()).collect();
    assert_eq!(current, [false, true], "the other device signed in last: {sessions}");
    assert!(items[0]["device"].as_str().unwrap().contains("ureq"), "{sessions}");
    let id = items[0]["session_id"].as_str().unwrap();
    ada.deletes(&format!("/v1/auth/sessions/{id}")).expect(204);
    socket.is_closed();
    refresh(story.town, &lost.refresh_token()).expect_problem(401, "session_ended");
    assert_eq!(ada.gets("/v1/auth/sessions").expect(200)["items"].as_array().unwrap().len(), 1);
}

#[test]
fn nobody_ends_a_session_of_somebody_else() {
    let story = Story::in_peace();
    let (ada, eve) = (story.newcomer("Ada"), story.newcomer("Eve"));
    let id = ada.gets("/v1/auth/sessions").expect(200)["items"][0]["session_id"].as_str().unwrap().to_owned();
    eve.deletes(&format!("/v1/auth/sessions/{id}")).expect(204);
    refresh(story.town, &ada.refresh_token()).expect(200);
}

#[test]
fn all_other_sessions_end_at_once_and_then_this_one() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let others = [ada.on_another_device(), ada.on_another_device()];
    ada.deletes("/v1/auth/sessions?keep_current=true").expect(204);
    for other in &others {
        refresh(story.town, &other.refresh_token()).expect_problem(401, "session_ended");
    }
    ada.gets("/v1/auth/sessions").expect(200);
    ada.deletes("/v1/auth/sessions").expect(204);
    refresh(story.town, &ada.refresh_token()).expect_problem(401, "session_ended");
}

#[test]
fn a_socket_whose_lease_has_lapsed_does_not_outlive_its_session() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let mut socket = ada.connects();
    let key = format!("USER#{}", ada.id);
    let mut registry = story.town.item("Realtime", &key, "REGISTRY").unwrap();
    for lease in registry["sockets"]["M"].as_object_mut().unwrap().values_mut() {
        lease["M"]["lease_until"]["S"] = json!("2026-01-01T00:00:00.000Z");
    }
    story.town.put_item("Realtime", &registry);
    ada.posts("/v1/auth/logout", &json!({})).expect(204);
    socket.is_closed();
}

#[test]
fn a_forged_token_is_refused() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let token = ada.token();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let flipped: String = signature.chars().rev().collect();
    for forged in [
        format!("{header}.{claims}.{flipped}"),
        format!("eyJhbGciOiJub25lIn0.{claims}."),
        format!("{header}.{claims}"),
        "not a token".to_owned(),
    ] {
        story.town.get(Some(&forged), "/v1/me").expect_problem(401, "unauthenticated");
    }
    story.town.get(None, "/v1/me").expect_problem(401, "unauthenticated");
}

#[test]
fn the_published_key_is_the_one_that_tokens_name() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let keys = story.town.get(None, "/.well-known/jwks.json").expect(200);
    let key = &keys["keys"][0];
    assert_eq!((key["kty"].as_str(), key["crv"].as_str()), (Some("OKP"), Some("Ed25519")));
    let public = shared::domain::token::PublicKey {
        kid: key["kid"].as_str().unwrap().to_owned(),
        x: key["x"].as_str().unwrap().to_owned(),
    };
    let token = ada.token();
    assert_eq!(shared::domain::token::key_id(&token).unwrap(), public.kid);
    let issuer = story.town.stack.http_url();
    let now = shared::domain::time::Timestamp::from_unix_seconds(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs());
    assert_eq!(shared::domain::token::verify(&token, &public, issuer, now).unwrap().sub.to_string(), ada.id);
}
