//! Signing in with Google and GitHub, through the pages of a real provider.

use serde_json::{Value, json};

use crate::support::{Fault, Flow, On, PASSWORD, Person, Story, Town, eventually, fresh_address};

const PROVIDERS: [&str; 2] = ["google", "github"];

fn is_signed_in(story: &Story, tokens: &Value) {
    let token = tokens["access_token"].as_str().unwrap();
    story.town.put(Some(token), "/v1/me", &Person::profile("Ada")).expect(200);
}

#[test]
fn a_newcomer_signs_in_at_a_provider_and_is_the_same_person_the_next_time() {
    let story = Story::with_providers();
    for provider in PROVIDERS {
        let address = fresh_address(provider);
        let first = Flow::walk(&story, provider, &address);
        is_signed_in(&story, &first);
        let second = Flow::walk(&story, provider, &address);
        assert_eq!(first["user_id"], second["user_id"]);
        assert_ne!(first["session_id"], second["session_id"]);
        let refreshed = json!({ "refresh_token": second["refresh_token"] });
        story.town.post(None, "/v1/auth/refresh", &refreshed).expect(200);
    }
}

#[test]
fn both_providers_and_the_password_lead_to_the_account_that_has_confirmed_the_address() {
    let story = Story::with_providers();
    let ada = story.newcomer("Ada");
    for (mails, provider) in [(2, "google"), (3, "github")] {
        assert_eq!(Flow::walk(&story, provider, &ada.email)["user_id"], ada.id);
        let told = story.town.mails_to(&ada.email, mails);
        assert!(told[mails - 1].contains("signing in with Google or GitHub"), "{}", told[mails - 1]);
        // Known from now on: there is nothing more to tell.
        assert_eq!(Flow::walk(&story, provider, &ada.email)["user_id"], ada.id);
    }
    ada.signs_in();
    assert_eq!(story.town.mails_to(&ada.email, 3).len(), 3);
}

#[test]
fn a_registration_that_was_never_confirmed_is_replaced_and_not_inherited() {
    let story = Story::with_providers();
    // Eve registers the address of Ada with a password of her own, and waits for Ada to come.
    let eve = Person::arrives(&story, "Ada");
    let code = eve.code_from_mail(1);
    let tokens = Flow::walk(&story, "google", &eve.email);
    assert_ne!(tokens["user_id"], eve.id);
    // The code of that registration, even from the right mailbox, gives its password nothing.
    eve.verifies(&code).expect_problem(422, "invalid_code");
    let login = json!({ "email": eve.email, "password": PASSWORD });
    story.town.post(None, "/v1/auth/login", &login).expect_problem(401, "invalid_credentials");
    is_signed_in(&story, &tokens);
}

#[test]
fn an_address_that_the_provider_has_not_verified_opens_and_makes_nothing() {
    let story = Story::with_providers();
    let ada = story.newcomer("Unverified");
    assert!(ada.email.starts_with("unverified."));
    for provider in PROVIDERS {
        for address in [ada.email.clone(), fresh_address("unverified")] {
            let flow = Flow::start(&story, provider).signs_in(&address);
            flow.finish(&story).expect_problem(403, "email_not_verified");
        }
    }
    assert_eq!(story.town.mails_to(&ada.email, 1).len(), 1);
}

#[test]
fn an_identity_stays_with_its_account_whatever_happens_to_the_address() {
    let story = Story::with_providers();
    let ada = story.newcomer("Ada");
    assert_eq!(Flow::walk(&story, "google", &ada.email)["user_id"], ada.id);
    // As if the account had got another address since.
    let (pk, sk) = (format!("USER#{}", ada.id), "ACCOUNT");
    let mut account = story.town.item("Accounts", &pk, sk).unwrap();
    account["email"]["S"] = json!(fresh_address("moved"));
    story.town.put_item("Accounts", &account);
    assert_eq!(Flow::walk(&story, "google", &ada.email)["user_id"], ada.id);
}

#[test]
fn an_account_that_may_not_be_signed_in_to_is_not_opened_by_a_provider_either() {
    let story = Story::with_providers();
    let address = fresh_address("gone");
    let tokens = Flow::walk(&story, "github", &address);
    let (pk, sk) = (format!("USER#{}", tokens["user_id"].as_str().unwrap()), "ACCOUNT");
    let mut account = story.town.item("Accounts", &pk, sk).unwrap();
    account["state"]["S"] = json!("pending");
    story.town.put_item("Accounts", &account);
    let flow = Flow::start(&story, "github").signs_in(&address);
    flow.finish(&story).expect_problem(401, "oauth_failed");
}

#[test]
fn whoever_comes_for_the_first_time_through_several_doors_at_once_is_one_person() {
    let story = Story::with_providers();
    let address = fresh_address("hasty");
    let flows: Vec<_> = ["google", "github", "google", "github"]
        .map(|provider| Flow::start(&story, provider).signs_in(&address))
        .into();
    let answers = Town::at_once(flows.len(), |n| {
        // Two that take the same identity or address at the same time may meet a conflict, and are told to start again.
        let answer = flows[n].finish(&story);
        if answer.status == 200 { answer.body } else { Flow::walk(&story, flows[n].provider, &address) }
    });
    for answer in &answers {
        story.remember(answer["user_id"].as_str().unwrap());
        assert_eq!(answer["user_id"], answers[0]["user_id"], "{answers:?}");
    }
}

/// Both find the address free; the one that comes second finds it taken when it wants to take it, and joins.
#[test]
fn an_address_that_is_taken_in_the_meantime_is_joined_and_not_taken_over() {
    let story = Story::with_providers();
    let address = fresh_address("meantime");
    let [google, github] = PROVIDERS.map(|provider| Flow::start(&story, provider).signs_in(&address));
    let (faults, writes) = (story.town.faults(), format!("IDENTITY#google#{address}"));
    faults.next(9, On::call("TransactWriteItems", &writes), Fault::Hold);
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| google.finish(&story));
        eventually("a write on its way", || (faults.befallen(&writes) > 0).then_some(()));
        let first = github.finish(&story).expect(200);
        faults.calm(&writes);
        (first, second.join().unwrap().expect(200))
    });
    story.remember(first["user_id"].as_str().unwrap());
    assert_eq!(first["user_id"], second["user_id"]);
    assert!(story.town.mails_to(&address, 1)[0].contains("signing in with Google or GitHub"));
}

#[test]
fn nothing_of_a_sign_in_is_in_the_logs() {
    let story = Story::with_providers();
    let address = fresh_address("private");
    let flow = Flow::start(&story, "google").signs_in(&address);
    let tokens = flow.finish(&story).expect(200);
    flow.finish(&story).expect_problem(401, "oauth_failed");
    story.remember(tokens["user_id"].as_str().unwrap());
    // Why a sign-in failed is for the log alone.
    let logs = story.town.logs_that_say("auth", "the state is unknown, used or expired");
    let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let secrets = [flow.code, flow.state, flow.secret, address, token("access_token"), token("refresh_token")];
    for secret in secrets.iter().map(String::as_str).chain(["google-client-secret"]) {
        assert!(!logs.contains(secret), "the log holds {secret}");
    }
}
