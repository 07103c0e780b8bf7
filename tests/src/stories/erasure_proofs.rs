//! Erasing one's account: what proves that one may, and that it is done whoever dies meanwhile.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use shared::domain::limit::{ERASURE_CODE_PER_PERSON, PASSWORD_PER_PERSON, Subject};

use super::erasure::{erases, is_documented, is_erased, tombstone, tries_to_erase};
use crate::support::{Fault, Flow, On, PASSWORD, Person, Search, Story, Town, eventually};

#[test]
fn a_stolen_token_erases_nobody() {
    let story = Story::in_peace();
    let (ada, eve) = (story.resident("Ada"), story.resident("Eve"));
    story.town.post(None, "/v1/auth/erasure", &json!({ "password": PASSWORD })).expect_problem(401, "unauthenticated");
    let wrong = tries_to_erase(&ada, &json!({ "password": "not the password" })).expect_problem(422, "invalid_field");
    assert_eq!(wrong["field"], "password");
    let nothing = tries_to_erase(&ada, &json!({})).expect_problem(422, "invalid_field");
    for way in ["password", "erasure_id", "code"] {
        assert!(nothing["detail"].as_str().unwrap().contains(way), "both ways are told: {nothing}");
    }
    tries_to_erase(&ada, &json!({ "code": "12345678" })).expect_problem(422, "invalid_field");
    // Neither a code for something else nor somebody else's will do.
    let (reset_id, code) = ada.forgets_the_password(2);
    let foreign_kind = json!({ "erasure_id": reset_id, "code": code });
    tries_to_erase(&ada, &foreign_kind).expect_problem(422, "invalid_code");
    let (erasure_id, code) = asks_for_a_code(&story, &eve, 2);
    let foreign = json!({ "erasure_id": erasure_id, "code": code });
    tries_to_erase(&ada, &foreign).expect_problem(422, "invalid_code");
    tries_to_erase(&ada, &json!({ "password": PASSWORD, "erasure_id": erasure_id, "code": code }))
        .expect_problem(422, "invalid_field");
    assert_eq!((tombstone(story.town, &ada.id), tombstone(story.town, &eve.id)), (None, None));
    ada.gets("/v1/me").expect(200);

    story.has_left(&PASSWORD_PER_PERSON, &Subject::person(ada.id.parse().unwrap()), 0);
    tries_to_erase(&ada, &json!({ "password": PASSWORD })).expect_problem(429, "too_many_requests");
    story.has_left(&ERASURE_CODE_PER_PERSON, &Subject::person(ada.id.parse().unwrap()), 0);
    ada.posts("/v1/auth/erasure/code", &json!({})).expect_problem(429, "too_many_requests");
}

fn asks_for_a_code(story: &Story, person: &Person<'_>, mails: usize) -> (String, String) {
    let id = person.posts("/v1/auth/erasure/code", &json!({})).expect(202)["erasure_id"].as_str().unwrap().to_owned();
    story.remember(&id);
    (id, person.code_from_mail(mails))
}

#[test]
fn who_has_no_password_erases_their_account_with_a_code_by_mail() {
    let story = Story::with_providers();
    let ada = Person::comes_through(&story, "google", "ada");
    ada.writes_profile(&Person::profile("Ada"));
    tries_to_erase(&ada, &json!({ "password": PASSWORD })).expect_problem(422, "invalid_field");
    let (erasure_id, code) = asks_for_a_code(&story, &ada, 1);
    let proof = json!({ "erasure_id": erasure_id, "code": code });
    assert_eq!(ask_at_the_same_moment(&ada, &proof), [202, 202, 202]);
    is_erased(story.town, &ada.id);
    let left_over: Vec<_> =
        Search::of(story.town, &ada.id).found().into_iter().filter(|place| !is_documented(place)).collect();
    assert!(left_over.is_empty(), "{left_over:#?}");
    // Who signs in there again is somebody new.
    assert_ne!(Flow::walk(&story, "google", &ada.email)["user_id"], ada.id.as_str());
}

/// Three requests of which none begins it before all are let in; answers what they are told.
fn ask_at_the_same_moment(person: &Person<'_>, proof: &Value) -> Vec<u16> {
    let (faults, begins) = (person.town().faults(), format!("ERASED#{}", person.id));
    // Processes that are there already: one that has to start first would come too late.
    Town::at_once(3, |_| person.gets("/v1/auth/mail").expect(200));
    faults.next(1_000, On::call("TransactWriteItems", &begins), Fault::Hold);
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let asks = || {
            let status = tries_to_erase(person, proof).status;
            answered.fetch_add(1, Ordering::Relaxed);
            status
        };
        let requests: Vec<_> = (0..3).map(|_| scope.spawn(asks)).collect();
        eventually("three requests", || {
            (faults.befallen(&begins) + answered.load(Ordering::Relaxed) >= 3).then_some(())
        });
        faults.calm(&begins);
        requests.into_iter().map(|request| request.join().unwrap()).collect()
    })
}

/// The first request has spent the code and not ended the session yet.
#[test]
fn who_brings_a_spent_code_while_the_erasure_is_under_way_is_told_that_it_has_begun() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let spent = json!({ "erasure_id": "01a1fd71-c0e5-7466-8ac4-b1bd8fb14e13", "code": "12345678" });
    tries_to_erase(&ada, &spent).expect_problem(422, "invalid_code");
    let key = (format!("USER#{}", ada.id), "ACCOUNT");
    let mut account = story.town.item("Accounts", &key.0, key.1).unwrap();
    account["state"] = json!({ "S": "erasing" });
    story.town.put_item("Accounts", &account);
    tries_to_erase(&ada, &spent).expect(202);
}

/// The job dies in the midst of its steps; whoever takes the message up again ends it.
#[test]
fn a_job_whose_process_is_killed_is_ended_by_the_next_one() {
    let story = Story::in_trouble();
    let town = story.town;
    let (ada, bob, talk) = story.couple();
    ada.says(&talk, "a1", "Hello Bob");
    bob.says(&talk, "b1", "Hello Ada");
    let project = ada.founds(&Person::project("A choir"));
    bob.joins(&project);
    let faults = town.faults();
    town.stack.set_function_env("account-jobs", &[("AWS_ENDPOINT_URL_DYNAMODB", faults.url())]).unwrap();
    // A call of one step after the other, and what it mentions.
    let calls = [
        ("Query", format!("MEMBER#{}", ada.id)),
        ("TransactWriteItems", format!("PROJECT#{project}")),
        ("BatchWriteItem", "\"erased\"".to_owned()),
        ("BatchWriteItem", format!("ANSWER#{}", ada.id)),
        ("Query", format!("LIMIT#edit.person#USER#{}", ada.id)),
    ];
    for (operation, mentions) in &calls {
        faults.next(1, On::call(operation, mentions), Fault::Hold);
    }
    erases(&ada);
    let job = eventually("the promise of the job", || {
        let rows = town.stack.dynamo("Scan", &json!({ "TableName": town.table("Outbox") })).unwrap();
        let is_job = |row: &&Value| row["kind"]["S"] == "account.erase" && row["user_id"]["S"] == ada.id.as_str();
        rows["Items"].as_array().unwrap().iter().find(is_job).cloned()
    });
    let text = |name: &str| job[name]["S"].as_str().unwrap();
    let entry =
        json!({ "id": text("sk"), "created_at": text("created_at"), "kind": "account.erase", "user_id": ada.id });
    let event =
        json!({ "Records": [{ "messageId": text("sk"), "eventSource": "aws:sqs", "body": entry.to_string() }] });
    std::thread::scope(|scope| {
        for (operation, mentions) in &calls {
            eventually(&format!("{operation} of {mentions}"), || (faults.befallen(mentions) > 0).then_some(()));
            assert!(tombstone(town, &ada.id).is_some_and(|item| !item["expires_at"].is_object()));
            assert!(town.kill_processes_of("account-jobs") > 0);
            faults.calm(mentions);
            // As the queue would, when the message is shown again.
            scope.spawn(|| town.stack.invoke("account-jobs", &event).ok());
        }
    });
    is_erased(town, &ada.id);
    let found = eventually("promises about her to be kept", || {
        let found: Vec<_> =
            Search::of(town, &ada.id).found().into_iter().filter(|place| !is_documented(place)).collect();
        (!found.iter().any(|place| place.starts_with("Outbox"))).then_some(found)
    });
    assert!(found.is_empty(), "{found:#?}");
    let entries = bob.entries(&talk);
    let shape: Vec<_> = entries.iter().map(|entry| (entry["seq"].as_u64().unwrap(), entry["kind"].clone())).collect();
    assert_eq!(shape, [(1, json!("deleted")), (2, json!("text"))]);
    bob.misses(&project);
    assert_eq!(bob.syncs(&json!({ &*project: 0 }))["closed"], json!([]), "its conversation stays");
}
