//! Passwords: forgotten, reset, changed.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Answer, Fault, On, PASSWORD, Story, Town, eventually};

const NEW: &str = "staple battery 9 horses";
/// Argon2id of the people's usual password with a single pass, as an earlier release might have made it.
const OLDER_HASH: &str =
    "$argon2id$v=19$m=19456,t=1,p=1$CMeh2y57PwqF3g2Pg0InCw$02GaJKUwUaBZFDm1iJUhF/hcq3yaFCN+9+PwnAbtDwA";
const FORGOT: &str = "/v1/auth/password/forgot";

fn resets(town: &Town, (reset_id, code): &(String, String), password: &str) -> Answer {
    town.post(None, "/v1/auth/password/reset", &json!({ "reset_id": reset_id, "code": code, "password": password }))
}

/// Waits until no environment believes any more what it read before.
fn caches_run_out() {
    let promised = Instant::now() + Duration::from_secs(2);
    eventually("the end of every cache", || (Instant::now() > promised).then_some(()));
}

#[test]
fn a_reset_signs_out_everywhere_and_tells_the_owner() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let phone = ada.on_another_device();
    let mut socket = phone.connects();
    let offer = ada.forgets_the_password(2);
    resets(story.town, &offer, NEW).expect(204);
    socket.is_closed();
    caches_run_out();
    for device in [&ada, &phone] {
        device.gets("/v1/me").expect_problem(401, "session_ended");
    }
    ada.tries_to_sign_in(PASSWORD).expect_problem(401, "invalid_credentials");
    ada.signs_in_with(NEW);
    assert!(story.town.mails_to(&ada.email, 3)[2].contains("password of your account was changed"));
}

#[test]
fn a_code_resets_once_and_only_what_it_was_sent_for() {
    let story = Story::in_peace();
    let (ada, eve) = (story.newcomer("Ada"), story.newcomer("Eve"));
    let (offer, evil) = (ada.forgets_the_password(2), eve.forgets_the_password(2));
    if offer.1 != evil.1 {
        resets(story.town, &(offer.0.clone(), evil.1.clone()), NEW).expect_problem(422, "invalid_code");
    }
    // A code for signing in opens no door to a new password.
    let sign_in = ada.asks_for_a_sign_in_code(3);
    resets(story.town, &sign_in, NEW).expect_problem(422, "invalid_code");
    resets(story.town, &offer, NEW).expect(204);
    resets(story.town, &offer, "another good password").expect_problem(422, "invalid_code");
    ada.signs_in_with(NEW);
    eve.signs_in();
}

#[test]
fn guessing_codes_of_one_request_leaves_the_owners_request_alone() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let hers = ada.forgets_the_password(2);
    let body = json!({ "email": ada.email });
    let strangers = story.town.post(None, FORGOT, &body).expect(202)["reset_id"].as_str().unwrap().to_owned();
    story.remember(&strangers);
    let code = ada.code_from_mail(3);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        resets(story.town, &(strangers.clone(), wrong.to_owned()), NEW).expect_problem(422, "invalid_code");
    }
    resets(story.town, &(strangers, code), NEW).expect_problem(422, "invalid_code");
    resets(story.town, &hers, NEW).expect(204);
}

#[test]
fn an_unknown_address_gets_the_same_offer() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let offered = |email: &str| {
        let mut offer = story.town.post(None, FORGOT, &json!({ "email": email })).expect(202);
        let id = offer["reset_id"].take();
        story.remember(id.as_str().unwrap());
        (offer, id.as_str().unwrap().len())
    };
    assert_eq!(offered(&ada.email), offered("nobody.at.all@example.org"));
    ada.code_from_mail(2);
}

#[test]
fn a_new_password_ends_what_older_codes_were_good_for() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let (older, newer) = (ada.forgets_the_password(2), ada.forgets_the_password(3));
    resets(story.town, &newer, NEW).expect(204);
    resets(story.town, &older, "another good password").expect_problem(422, "invalid_code");
    ada.signs_in_with(NEW);
    // One that was asked for afterwards is good.
    let later = ada.forgets_the_password(5);
    resets(story.town, &later, "another good password").expect(204);
}

#[test]
fn a_conflict_is_not_told_as_a_wrong_code() {
    let story = Story::in_trouble();
    let ada = story.newcomer("Ada");
    let offer = ada.forgets_the_password(2);
    story.town.faults().next(100, On::call("TransactWriteItems", &ada.id), Fault::Conflict);
    resets(story.town, &offer, NEW).expect_problem(503, "unavailable");
    story.town.faults().calm(&ada.id);
    resets(story.town, &offer, NEW).expect(204);
    ada.signs_in_with(NEW);
}

#[test]
fn a_change_that_was_cut_short_is_finished_by_sending_it_again() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let change = || ada.posts("/v1/auth/password/change", &json!({ "current_password": PASSWORD, "password": NEW }));
    change().expect(204);
    // As if this session had been there before the change, and had not been reached by it.
    let left_over =
        story.town.post(None, "/v1/auth/login", &json!({ "email": ada.email, "password": NEW })).expect(200);
    change().expect(204);
    let body = json!({ "refresh_token": left_over["refresh_token"] });
    story.town.post(None, "/v1/auth/refresh", &body).expect_problem(401, "session_ended");
}

#[test]
fn a_change_keeps_this_device_and_signs_out_the_others() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let phone = ada.on_another_device();
    let change = |current: &str, new: &str| {
        ada.posts("/v1/auth/password/change", &json!({ "current_password": current, "password": new }))
    };
    let refused = change("not the password", NEW).expect_problem(422, "invalid_field");
    assert_eq!(refused["field"], "current_password");
    change(PASSWORD, "short").expect_problem(422, "invalid_field");
    change(PASSWORD, NEW).expect(204);
    caches_run_out();
    phone.gets("/v1/me").expect_problem(401, "session_ended");
    ada.gets("/v1/me").expect(200);
    ada.tries_to_sign_in(PASSWORD).expect_problem(401, "invalid_credentials");
    ada.signs_in_with(NEW);
}

#[test]
fn an_older_hash_is_renewed_at_the_next_sign_in() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let (pk, sk) = (format!("PASSWORD#{}", ada.id), "PASSWORD");
    let mut item = story.town.item("Accounts", &pk, sk).unwrap();
    item["hash"]["S"] = json!(OLDER_HASH);
    story.town.put_item("Accounts", &item);
    ada.signs_in();
    let renewed = story.town.item("Accounts", &pk, sk).unwrap()["hash"]["S"].as_str().unwrap().to_owned();
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    ada.signs_in();
}

#[test]
fn a_sign_in_that_overlaps_with_a_reset_does_not_survive_it() {
    let story = Story::in_trouble();
    let ada = story.newcomer("Ada");
    let offer = ada.forgets_the_password(2);
    // The reset has checked its code and is about to write when a sign-in with the old password succeeds.
    let faults = story.town.faults();
    faults.next(1, On::call("TransactWriteItems", &ada.id), Fault::Hold);
    let signed_in = std::thread::scope(|scope| {
        let reset = scope.spawn(|| resets(story.town, &offer, NEW));
        eventually("a reset on the wire", || (faults.befallen(&ada.id) > 0).then_some(()));
        let signed_in = ada.tries_to_sign_in(PASSWORD);
        faults.calm(&ada.id);
        reset.join().unwrap().expect(204);
        signed_in.expect(200)
    });
    caches_run_out();
    let token = signed_in["access_token"].as_str().unwrap();
    story.town.get(Some(token), "/v1/auth/sessions").expect_problem(401, "session_ended");
    ada.signs_in_with(NEW);
}

#[test]
fn a_sign_in_whose_password_is_reset_before_its_session_is_written_fails() {
    let story = Story::in_trouble();
    let ada = story.newcomer("Ada");
    let offer = ada.forgets_the_password(2);
    let faults = story.town.faults();
    faults.next(1, On::call("TransactWriteItems", &ada.id), Fault::Hold);
    std::thread::scope(|scope| {
        let sign_in = scope.spawn(|| ada.tries_to_sign_in(PASSWORD));
        eventually("a session on the wire", || (faults.befallen(&ada.id) > 0).then_some(()));
        let reset = resets(story.town, &offer, NEW);
        faults.calm(&ada.id);
        sign_in.join().unwrap().expect_problem(401, "invalid_credentials");
        reset.expect(204);
    });
    ada.signs_in_with(NEW);
}
