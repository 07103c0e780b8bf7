//! What opens an account: listed and unlinked by its owner, the last way in never.

use serde_json::{Value, json};
use shared::domain::email::EmailAddress;

use crate::support::{Answer, Fault, Flow, On, PASSWORD, Person, Story, Town, eventually};

const IDENTITIES: &str = "/v1/auth/identities";

/// The providers that are linked, in the order in which they were, and whether there is a password.
fn ways_into(person: &Person<'_>) -> (Vec<String>, bool) {
    let list = person.gets(IDENTITIES).expect(200);
    let items = list["items"].as_array().unwrap().iter();
    let providers = items.map(|item| item["provider"].as_str().unwrap().to_owned()).collect();
    (providers, list["has_password"].as_bool().unwrap())
}

fn unlinks(person: &Person<'_>, provider: &str) -> Answer {
    person.deletes(&format!("{IDENTITIES}/{provider}"))
}

/// The rows that link a person to providers.
fn links(person: &Person<'_>) -> Vec<Value> {
    let rows = person.town().items("Accounts", &format!("USER#{}", person.id));
    rows.into_iter().filter(|row| row["sk"]["S"].as_str().unwrap().starts_with("IDENTITY#")).collect()
}

/// Lets `act` happen while the person's request has read what there is and is about to write.
fn meanwhile<T: Send>(person: &Person<'_>, request: impl Fn() -> T + Sync, count: usize, act: impl FnOnce()) -> Vec<T> {
    let faults = person.town().faults();
    faults.next(9, On::call("TransactWriteItems", &person.id), Fault::Hold);
    std::thread::scope(|scope| {
        let requests: Vec<_> = (0..count).map(|_| scope.spawn(&request)).collect();
        eventually("writes on their way", || (faults.befallen(&person.id) >= count).then_some(()));
        act();
        faults.calm(&person.id);
        requests.into_iter().map(|request| request.join().unwrap()).collect()
    })
}

#[test]
fn what_opens_an_account_is_listed_and_says_nothing_of_the_person_elsewhere() {
    let story = Story::with_providers();
    let ada = story.newcomer("Ada");
    assert_eq!(ways_into(&ada), (vec![], true));
    for provider in ["github", "google"] {
        Flow::walk(&story, provider, &ada.email);
    }
    assert_eq!(ways_into(&ada), (vec!["github".to_owned(), "google".to_owned()], true));
    let list = ada.gets(IDENTITIES).expect(200);
    for item in list["items"].as_array().unwrap() {
        let members: Vec<&String> = item.as_object().unwrap().keys().collect();
        assert_eq!(members, ["linked_at", "provider"]);
        assert!(item["linked_at"].as_str().unwrap().starts_with("20"), "{item}");
    }
    for link in links(&ada) {
        let subject = link["subject"]["S"].as_str().unwrap();
        assert!(!list.to_string().contains(subject), "{list} tells {subject}");
    }
    assert_eq!(ways_into(&Person::comes_through(&story, "google", "bob")), (vec!["google".to_owned()], false));
}

#[test]
fn an_unlinked_provider_is_forgotten_and_joins_again_by_the_verified_address() {
    let story = Story::with_providers();
    let ada = story.newcomer("Ada");
    let at_google = Flow::walk(&story, "google", &ada.email);
    unlinks(&ada, "google").expect(204);
    assert!(story.town.mails_to(&ada.email, 3)[2].contains("was unlinked from Google or GitHub"));
    assert_eq!((ways_into(&ada), links(&ada)), ((vec![], true), vec![]));
    assert!(story.town.item("Accounts", &format!("IDENTITY#google#{}", ada.email), "IDENTITY").is_none());
    for provider in ["google", "github", "facebook"] {
        unlinks(&ada, provider).expect_problem(404, "identity_not_found");
    }
    // Sessions stay, the one that was started at the provider too.
    story.town.get(at_google["access_token"].as_str(), IDENTITIES).expect(200);
    assert_eq!(Flow::walk(&story, "google", &ada.email)["user_id"], ada.id);
    assert!(story.town.mails_to(&ada.email, 4)[3].contains("signing in with Google or GitHub"));
    assert_eq!(ways_into(&ada), (vec!["google".to_owned()], true));
}

#[test]
fn an_unlinked_identity_whose_address_nobody_has_starts_as_somebody_new() {
    let story = Story::with_providers();
    let ada = story.newcomer("Ada");
    Flow::walk(&story, "google", &ada.email);
    // As if the account had got another address since.
    let claim = format!("EMAIL#{}", EmailAddress::parse(&ada.email).unwrap().digest());
    story.town.remove_item("Accounts", &claim, "CLAIM");
    assert_eq!(Flow::walk(&story, "google", &ada.email)["user_id"], ada.id);
    unlinks(&ada, "google").expect(204);
    assert_ne!(Flow::walk(&story, "google", &ada.email)["user_id"], ada.id);
    assert_eq!(ways_into(&ada), (vec![], true));
}

#[test]
fn the_last_way_in_is_not_removed() {
    let story = Story::with_providers();
    let ada = Person::comes_through(&story, "google", "ada");
    unlinks(&ada, "google").expect_problem(409, "last_sign_in_method");
    Flow::walk(&story, "github", &ada.email);
    // Somebody else is at the same rows for a moment.
    story.town.faults().next(2, On::call("TransactWriteItems", &ada.id), Fault::Conflict);
    unlinks(&ada, "google").expect(204);
    assert_eq!(story.town.faults().befallen(&ada.id), 2);
    unlinks(&ada, "github").expect_problem(409, "last_sign_in_method");
    assert_eq!(ways_into(&ada), (vec!["github".to_owned()], false));
    // With a password there is a way in that stays.
    let (reset_id, code) = ada.forgets_the_password(3);
    let reset = json!({ "reset_id": reset_id, "code": code, "password": PASSWORD });
    story.town.post(None, "/v1/auth/password/reset", &reset).expect(204);
    ada.signs_in();
    unlinks(&ada, "github").expect(204);
    assert_eq!(ways_into(&ada), (vec![], true));
    ada.signs_in();
}

#[test]
fn of_two_ways_in_that_are_removed_at_once_one_stays() {
    let story = Story::with_providers();
    let ada = Person::comes_through(&story, "google", "ada");
    Flow::walk(&story, "github", &ada.email);
    let turn = std::sync::atomic::AtomicUsize::new(0);
    let unlink = || {
        let provider = ["google", "github"][turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed)];
        let answer = unlinks(&ada, provider);
        if answer.status == 204 { answer.expect(204) } else { answer.expect_problem(409, "last_sign_in_method") }
    };
    // Both have seen the other way in when they write.
    let answers = meanwhile(&ada, unlink, 2, || ());
    assert_eq!(answers.iter().filter(|answer| answer["code"].is_null()).count(), 1, "{answers:?}");
    let (left, has_password) = ways_into(&ada);
    assert_eq!((left.len(), has_password), (1, false));
    let left = if left[0] == "google" { "google" } else { "github" };
    assert_eq!(Flow::walk(&story, left, &ada.email)["user_id"], ada.id);
    assert_eq!(story.town.mails_to(&ada.email, 2).len(), 2, "one was linked, and one unlinked");
}

#[test]
fn a_way_in_that_disappears_between_the_look_and_the_write_does_not_count() {
    let story = Story::with_providers();
    let ada = story.newcomer("Ada");
    Flow::walk(&story, "google", &ada.email);
    let remove_password = || story.town.remove_item("Accounts", &format!("PASSWORD#{}", ada.id), "PASSWORD");
    let answers = meanwhile(&ada, || unlinks(&ada, "google"), 1, remove_password);
    for answer in answers {
        answer.expect_problem(409, "last_sign_in_method");
    }
    assert_eq!(ways_into(&ada), (vec!["google".to_owned()], false));
    assert_eq!(Flow::walk(&story, "google", &ada.email)["user_id"], ada.id);
}

/// A retry that finds the identity with somebody else must not take it from them.
#[test]
fn an_identity_that_has_become_somebody_elses_is_left_to_them() {
    let story = Story::with_providers();
    let (ada, bob) = (story.newcomer("Ada"), story.newcomer("Bob"));
    Flow::walk(&story, "google", &ada.email);
    let identity = format!("IDENTITY#google#{}", ada.email);
    let give_to_bob = || {
        let mut row = story.town.item("Accounts", &identity, "IDENTITY").unwrap();
        row["user_id"]["S"] = json!(bob.id);
        story.town.put_item("Accounts", &row);
        story.town.remove_item("Accounts", &format!("USER#{}", ada.id), &identity);
    };
    let answers = meanwhile(&ada, || unlinks(&ada, "google"), 1, give_to_bob);
    for answer in answers {
        answer.expect_problem(404, "identity_not_found");
    }
    assert_eq!(story.town.item("Accounts", &identity, "IDENTITY").unwrap()["user_id"]["S"], bob.id);
}

#[test]
fn a_provider_that_is_switched_off_is_no_way_in() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    // As they were linked before an operator switched the providers off.
    for provider in ["google", "github"] {
        let key = format!("IDENTITY#{provider}#{}", ada.id);
        let (pk, sk) = (json!({ "S": key }), json!({ "S": "IDENTITY" }));
        story.town.put_item("Accounts", &json!({ "pk": pk, "sk": sk, "user_id": { "S": ada.id } }));
        let link = json!({
            "pk": { "S": format!("USER#{}", ada.id) }, "sk": { "S": key }, "provider": { "S": provider },
            "subject": { "S": ada.id }, "linked_at": { "S": "2026-11-21T09:30:00.000Z" },
        });
        story.town.put_item("Accounts", &link);
    }
    let password = story.town.item("Accounts", &format!("PASSWORD#{}", ada.id), "PASSWORD").unwrap();
    story.town.remove_item("Accounts", &format!("PASSWORD#{}", ada.id), "PASSWORD");
    unlinks(&ada, "google").expect_problem(409, "last_sign_in_method");
    story.town.put_item("Accounts", &password);
    let statuses = Town::at_once(2, |n| unlinks(&ada, ["google", "github"][n]).status);
    assert_eq!(statuses, [204, 204]);
}
