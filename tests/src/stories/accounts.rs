//! Registering and signing in, by people and by those who pretend to be them.

use serde_json::json;

use crate::support::{Answer, PASSWORD, Person, Story};

#[test]
fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let wrong = json!({ "email": ada.email, "password": "wrong horse battery" });
    let unknown = json!({ "email": "nobody@example.org", "password": "wrong horse battery" });
    let [mut wrong, mut unknown] = [wrong, unknown]
        .map(|body| story.town.post(None, "/v1/auth/login", &body).expect_problem(401, "invalid_credentials"));
    for problem in [&mut wrong, &mut unknown] {
        problem.as_object_mut().unwrap().remove("request_id");
    }
    assert_eq!(wrong, unknown);
}

#[test]
fn nobody_signs_in_before_the_code_came_back() {
    let story = Story::in_peace();
    let ada = Person::arrives(&story, "Ada");
    let body = json!({ "email": ada.email, "password": crate::support::PASSWORD });
    story.town.post(None, "/v1/auth/login", &body).expect_problem(401, "invalid_credentials");
    ada.confirms();
    ada.signs_in();
}

#[test]
fn a_code_works_once() {
    let story = Story::in_peace();
    let ada = Person::arrives(&story, "Ada");
    let code = ada.code_from_mail(1);
    ada.verifies(&code).expect(204);
    ada.verifies(&code).expect_problem(422, "invalid_code");
}

#[test]
fn an_expired_code_is_refused() {
    let story = Story::in_peace();
    let ada = Person::arrives(&story, "Ada");
    let code = ada.code_from_mail(1);
    let (pk, sk) = (format!("CODE#{}", ada.id), "VERIFY");
    let mut item = story.town.item("Accounts", &pk, sk).unwrap();
    item["codes"]["L"][0]["M"]["valid_until"]["S"] = json!("2026-01-01T00:00:00.000Z");
    story.town.put_item("Accounts", &item);
    ada.verifies(&code).expect_problem(422, "invalid_code");
}

#[test]
fn a_code_of_somebody_else_is_refused() {
    let story = Story::in_peace();
    let (ada, eve) = (Person::arrives(&story, "Ada"), Person::arrives(&story, "Eve"));
    let (code_of_ada, code_of_eve) = (ada.code_from_mail(1), eve.code_from_mail(1));
    if code_of_ada != code_of_eve {
        eve.verifies(&code_of_ada).expect_problem(422, "invalid_code");
    }
    ada.verifies(&code_of_ada).expect(204);
}

#[test]
fn guessing_codes_ends_after_five_tries() {
    let story = Story::in_peace();
    let ada = Person::arrives(&story, "Ada");
    let code = ada.code_from_mail(1);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answers = crate::support::Town::at_once(5, |_| ada.verifies(wrong).status);
    assert!(answers.iter().all(|status| *status == 422), "{answers:?}");
    ada.verifies(&code).expect_problem(422, "invalid_code");
}

#[test]
fn registering_a_known_address_answers_the_same_and_tells_its_owner() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let body = json!({ "email": ada.email.to_uppercase(), "password": "another password" });
    let answer = story.town.post(None, "/v1/auth/register", &body).expect(202);
    let taken = answer["registration_id"].as_str().unwrap();
    story.remember(taken);
    assert_ne!(taken, ada.id);
    let mails = story.town.mails_to(&ada.email, 2);
    assert!(mails[1].contains("already has an account"), "{}", mails[1]);
    ada.signs_in();
}

#[test]
fn whoever_registers_an_address_first_does_not_keep_it_from_its_owner() {
    let story = Story::in_peace();
    let eve = Person::arrives(&story, "Ada");
    let body = json!({ "email": eve.email, "password": "the owner's password" });
    let registered = story.town.post(None, "/v1/auth/register", &body).expect(202);
    let owner = registered["registration_id"].as_str().unwrap();
    story.remember(owner);
    // Both codes reach the owner's mailbox; only the one of the owner's own registration fits it.
    let mails = story.town.mails_to(&eve.email, 2);
    let codes = mails.iter().map(|mail| mail.lines().find(|line| line.len() == 6).unwrap().to_owned());
    let confirmed = codes.filter(|code| {
        let body = json!({ "registration_id": owner, "code": code });
        story.town.post(None, "/v1/auth/verify", &body).status == 204
    });
    assert_eq!(confirmed.count(), 1);
    story.town.post(None, "/v1/auth/login", &body).expect(200);
    let stolen = json!({ "email": eve.email, "password": crate::support::PASSWORD });
    story.town.post(None, "/v1/auth/login", &stolen).expect_problem(401, "invalid_credentials");
}

#[test]
fn a_scanner_that_follows_the_link_changes_nothing() {
    let story = Story::in_peace();
    let ada = Person::arrives(&story, "Ada");
    let link = ada.link_from_mail(1);
    for _ in 0..10 {
        let page = story.town.get(None, &link);
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let page = page.expect(200);
        assert!(page.as_str().unwrap().contains("<form method=post>"), "{page}");
        assert_eq!(story.town.head(&link), 200);
    }
    ada.tries_to_sign_in(PASSWORD).expect_problem(401, "invalid_credentials");
    submits(&story, &link, PASSWORD).expect(200);
    submits(&story, &link, PASSWORD).expect(422);
    ada.signs_in();
}

/// Fills in the form behind the link in a mail.
fn submits(story: &Story, link: &str, password: &str) -> Answer {
    let form = format!("{}&password={}", link.split_once('?').unwrap().1, password.replace(' ', "+"));
    story.town.send_raw("POST", None, "/v1/auth/confirm", "application/x-www-form-urlencoded", &form)
}

#[test]
fn the_link_of_a_strangers_registration_is_not_confirmed_by_the_owner_of_the_address() {
    let story = Story::in_peace();
    // Eve registers the address of Ada, who comes a moment later and finds two links that look alike.
    let eve = Person::arrives(&story, "Ada");
    let theirs = eve.link_from_mail(1);
    let password = "the owner's password";
    let body = json!({ "email": eve.email, "password": password });
    story.remember(story.town.post(None, "/v1/auth/register", &body).expect(202)["registration_id"].as_str().unwrap());
    let hers = eve.link_from_mail(2);
    let page = submits(&story, &theirs, password).expect(422);
    assert!(page.as_str().unwrap().contains("If it was not you"), "{page}");
    submits(&story, &hers, password).expect(200);
    eve.tries_to_sign_in(PASSWORD).expect_problem(401, "invalid_credentials");
    eve.tries_to_sign_in(password).expect(200);
}

#[test]
fn a_code_for_an_address_that_has_an_owner_is_not_sent_again() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    let body = json!({ "email": ada.email, "password": "another password" });
    let registered = story.town.post(None, "/v1/auth/register", &body).expect(202);
    story.remember(registered["registration_id"].as_str().unwrap());
    story.town.mails_to(&ada.email, 2);
    story.town.post(None, "/v1/auth/resend", &registered).expect(202);
    ada.forgets_the_password(3);
    assert_eq!(story.town.mails_to(&ada.email, 3).len(), 3);
}

#[test]
fn a_damaged_link_is_a_page_and_repeats_nothing() {
    let story = Story::in_peace();
    for link in ["/v1/auth/confirm", "/v1/auth/confirm?registration_id=x&code=%3Cscript%3E"] {
        let page = story.town.get(None, link).expect(400);
        assert!(!page.as_str().unwrap().contains("script"), "{page}");
    }
}

#[test]
fn a_code_can_be_sent_again_and_the_first_stays_good() {
    let story = Story::in_peace();
    let ada = Person::arrives(&story, "Ada");
    let first = ada.code_from_mail(1);
    let resend = || story.town.post(None, "/v1/auth/resend", &json!({ "registration_id": ada.id }));
    resend().expect(202);
    let second = ada.code_from_mail(2);
    let stranger = json!({ "registration_id": "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10" });
    assert_eq!(story.town.post(None, "/v1/auth/resend", &stranger).status, 202);
    ada.verifies(if first == second { &second } else { &first }).expect(204);
    // Nothing is left to confirm, and nobody hears so.
    resend().expect(202);
    ada.signs_in();
}
