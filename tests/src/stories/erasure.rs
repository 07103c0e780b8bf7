//! Erasing one's account: what proves that one may, what is left, and how the world of the others goes on.

use serde_json::{Value, json};
use shared::domain::limit::{ERASURE_CODE_PER_PERSON, PASSWORD_PER_PERSON, Subject};

use super::photos::{asks_for_a_form, uploads};
use crate::support::{Fault, On, PASSWORD, Person, Search, Socket, Story, Town, eventually, kill_processes_of};

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

fn tries_to_erase(person: &Person<'_>, proof: &Value) -> crate::support::Answer {
    person.posts("/v1/auth/erasure", proof)
}

fn erases(person: &Person<'_>) {
    tries_to_erase(person, &json!({ "password": PASSWORD })).expect(202);
}

fn tombstone(town: &Town, id: &str) -> Option<Value> {
    town.item("Accounts", &format!("ERASED#{id}"), "ERASURE")
}

/// Waits until nothing is left to do.
fn is_erased(town: &Town, id: &str) -> Value {
    eventually("the end of an erasure", || tombstone(town, id).filter(|item| item["expires_at"].is_object()))
}

fn watches(socket: &mut Socket, other: &Person<'_>) {
    let (kind, data) = socket.ask("presence.subscribe", &json!({ "user_ids": [other.id] }));
    assert_eq!(kind, "ack", "{data}");
}

fn by_request(title: &str) -> Value {
    let mut project = Person::project(title);
    project["joining"] = json!("by-request");
    project
}

fn talk_of(person: &Person<'_>, project: &str) -> String {
    person.looks_at(project)["conversation_id"].as_str().unwrap().to_owned()
}

fn ids(answer: &Value) -> Vec<String> {
    answer["items"].as_array().unwrap().iter().map(|item| item["user_id"].as_str().unwrap().to_owned()).collect()
}

/// What may be left of somebody, as README says: reports until they are closed and a year longer, and tickets and codes that
/// were never used until they expire.
fn is_documented(place: &str) -> bool {
    ["Accounts ERASED#", "Social REPORTS#", "Social REPORTED#"].iter().any(|kept| place.starts_with(kept))
}

#[test]
fn nothing_is_left_of_whoever_erases_their_account_and_the_others_go_on() {
    let story = Story::alone();
    let town = story.town;
    let names = ["Ada", "Bob", "Cleo", "Dan", "Eve", "Fay", "Gus", "Hal", "Ivy"];
    let people = Town::at_once(names.len(), |n| story.resident(names[n]));
    let [ada, bob, cleo, dan, eve, fay, gus, hal, ivy] = &people[..] else { unreachable!() };

    // Two conversations of two, one of which is over.
    ada.likes(bob);
    let talk = bob.matches_with(ada);
    ada.says(&talk, "a1", "Hello Bob, this is Ada");
    bob.says(&talk, "b1", "Hello Ada");
    ada.tries_to_edit(&talk, 1, "Hello Bob, this is Ada Lovelace").expect(200);
    ada.says(&talk, "a2", "I take this back");
    ada.tries_to_take_back(&talk, 4).expect(204);
    ada.says(&talk, "a3", "My number is 0123");
    ada.likes(cleo);
    let over = cleo.matches_with(ada);
    ada.says(&over, "a1", "Goodbye Cleo");
    cleo.deletes(&format!("/v1/connections/{}", ada.id)).expect(204);
    // Likes and passes both ways, blocks both ways, and what was taken back.
    ada.likes(dan);
    eve.puts(&format!("/v1/likes/{}", ada.id), &json!({ "intro": "I am Eve" })).expect(200);
    fay.passes(ada);
    ada.passes(gus);
    gus.blocks(ada);
    ada.blocks(hal);
    ada.likes(ivy);
    ada.deletes(&format!("/v1/likes/{}", ivy.id)).expect(204);
    bob.posts(&format!("/v1/profiles/{}/report", ada.id), &json!({ "reason": "spam", "text": "She sells numbers" }))
        .expect(202);
    // Projects: with an heir, without one, alone, joined, left, and asked to join.
    let [inherited, orphaned, lonely] =
        ["An opera", "A quartet", "A solo"].map(|title| ada.founds(&Person::project(title)));
    for person in [bob, cleo] {
        person.joins(&inherited);
    }
    ada.tries_to_appoint(&inherited, cleo, "maintainer").expect(204);
    dan.joins(&orphaned);
    let (joined, left) = (bob.founds(&Person::project("A band")), bob.founds(&Person::project("A duet")));
    for project in [&joined, &left] {
        ada.joins(project);
        ada.says(&talk_of(ada, project), "a1", "Ada is here");
    }
    ada.tries_to_leave(&left).expect(204);
    let asked = bob.founds(&by_request("An orchestra"));
    ada.puts(&format!("/v1/projects/{asked}/members/me"), &json!({ "note": "Let me in, I am Ada" })).expect(200);
    let inherited_talk = talk_of(ada, &inherited);
    ada.says(&inherited_talk, "a1", "Welcome to my opera");
    cleo.says(&inherited_talk, "c1", "Thank you Ada");
    // Photos, sockets, watches, marks, a digest, lists.
    let photo = uploads(ada);
    asks_for_a_form(ada, "image/png");
    let (mut ada_hears, mut bob_hears) = (ada.connects(), bob.connects());
    watches(&mut ada_hears, bob);
    watches(&mut bob_hears, ada);
    let _phone = ada.on_another_device();
    bob.suggestions();
    ada.suggestions();
    ada.sets(&json!({ "presence": "connections" }));
    town.put_item("Ops", &json!({ "pk": { "S": "WARM#wished" }, "sk": { "S": ada.id } }));
    assert_eq!(town.stack.invoke("index-build", &json!({ "all": true })).unwrap(), Value::Null);

    let search = Search::of(town, &ada.id);
    let before = search.found();
    for place in ["Accounts", "Sessions", "Profiles", "Social", "Chat", "Realtime", "Ops", "Photos", "Index"] {
        let is_here = before.iter().any(|found| found.starts_with(place));
        assert!(is_here || place == "Photos", "the search does not look into {place}: {before:?}");
    }
    let copies = photo["copies"][0]["url"].clone();

    erases(ada);
    ada_hears.is_closed();
    ada.tries_to_sign_in(PASSWORD).expect_problem(401, "invalid_credentials");
    town.post(None, "/v1/auth/refresh", &json!({ "refresh_token": ada.refresh_token() }))
        .expect_problem(401, "session_ended");
    bob.gets(&format!("/v1/profiles/{}", ada.id)).expect_problem(404, "profile_not_found");
    assert_eq!(bob_hears.hears("sync.required")["reason"], "conversations");
    let mails = town.mails_to(&ada.email, 2);
    assert!(mails[1].contains("is being erased"), "{mails:?}");

    let tombstone = is_erased(town, &ada.id);
    let attributes: Vec<_> = tombstone.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(attributes, ["begun_at", "done", "expires_at", "moved_at", "pk", "sk"]);
    assert_eq!(town.stack.invoke("index-build", &json!({ "all": true })).unwrap(), Value::Null);
    let left_over = eventually("promises about her to be kept", || {
        let found: Vec<_> = search.found().into_iter().filter(|place| !is_documented(place)).collect();
        (!found.iter().any(|place| place.starts_with("Outbox"))).then_some(found)
    });
    assert!(left_over.is_empty(), "{left_over:#?}");
    for (key, left) in search.cached() {
        assert!((0..=8_000_000).contains(&left), "{key} is kept for {left} ms");
    }
    let objects = town.stack.client().object_names(town.stack.output("PhotosBucketName").unwrap(), "").unwrap();
    assert_eq!(objects, [""; 0], "nobody else has photos in this town");
    assert_ne!(super::photos::fetch(&copies).0, 200);
    let report = search.found().into_iter().find(|place| place.starts_with("Social REPORTS#open"));
    assert!(report.is_some(), "what was reported of her stays until staff has looked at it");

    // Bob reads on, without a gap and without her words.
    let entries = bob.entries(&talk);
    let seqs: Vec<_> = entries.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=6).collect::<Vec<_>>());
    for entry in &entries {
        let is_his = entry["seq"] == 2;
        assert_eq!(entry["sender_id"], if is_his { bob.id.as_str() } else { NOBODY }, "{entry}");
        assert_eq!(entry.get("text").and_then(Value::as_str), is_his.then_some("Hello Ada"), "{entry}");
    }
    let synced = bob.syncs(&json!({}));
    let line =
        synced["conversations"].as_array().unwrap().iter().find(|line| line["conversation_id"] == *talk).unwrap();
    assert_eq!(line["messages"], json!(entries));
    assert_eq!((&line["is_open"], line.get("with"), &line["seq"]), (&json!(false), None, &json!(6)));
    assert_eq!(bob.syncs(&json!({ &*talk: 6 }))["closed"], json!([]));
    bob.tries_to_say(&talk, "b2", "Are you there?").expect_problem(403, "conversation_closed");
    assert_eq!(bob.gets("/v1/conversations").expect(200)["items"].as_array().unwrap().len(), 5);
    cleo.gets(&format!("/v1/conversations/{over}/messages")).expect_problem(404, "conversation_not_found");
    assert_eq!(town.items("Chat", &format!("CONV#{over}")), [Value::Null; 0]);

    // Lists have nobody who is not there.
    for person in [bob, cleo, dan, eve, fay, gus, hal, ivy] {
        for path in ["/v1/connections", "/v1/likes", "/v1/blocks"] {
            assert!(!ids(&person.gets(path).expect(200)).contains(&ada.id), "{path} of {}", person.name);
        }
        person.tries_to_like(ada).expect_problem(404, "profile_not_found");
        assert!(!person.is_shown(ada), "{}", person.name);
    }

    // Projects go on, or rest.
    assert_eq!(bob.members_of(&inherited).len(), 2);
    let opera = cleo.looks_at(&inherited);
    assert_eq!(opera["role"], "owner", "{opera}");
    cleo.says(&inherited_talk, "c2", "The show goes on");
    let said: Vec<_> = cleo.entries(&inherited_talk).iter().map(|entry| entry.get("text").cloned()).collect();
    assert_eq!(said, [None, Some(json!("Thank you Ada")), Some(json!("The show goes on"))]);
    assert_eq!(dan.looks_at(&orphaned)["is_closed"], true);
    dan.misses(&lonely);
    assert_eq!(town.items("Profiles", &format!("PROJECT#{lonely}")), [Value::Null; 0]);
    assert_eq!(bob.members_of(&joined), [bob.id.clone()]);
    let requests = bob.gets(&format!("/v1/projects/{asked}/requests")).expect(200);
    assert_eq!(requests["items"], json!([]));

    // The same address is somebody new.
    let body = json!({ "email": ada.email, "password": PASSWORD });
    let registered = town.post(None, "/v1/auth/register", &body).expect(202);
    let id = registered["registration_id"].as_str().unwrap().to_owned();
    story.remember(&id);
    let code = ada.code_from_mail(3);
    town.post(None, "/v1/auth/verify", &json!({ "registration_id": id, "code": code })).expect(204);
    let tokens = ada.tries_to_sign_in(PASSWORD).expect(200);
    assert_eq!(tokens["user_id"], id.as_str());
    town.get(tokens["access_token"].as_str(), "/v1/me").expect_problem(404, "profile_not_found");
}

#[test]
fn a_stolen_token_erases_nobody() {
    let story = Story::in_peace();
    let (ada, eve) = (story.resident("Ada"), story.resident("Eve"));
    story.town.post(None, "/v1/auth/erasure", &json!({ "password": PASSWORD })).expect_problem(401, "unauthenticated");
    let wrong = tries_to_erase(&ada, &json!({ "password": "not the password" })).expect_problem(422, "invalid_field");
    assert_eq!(wrong["field"], "password");
    tries_to_erase(&ada, &json!({})).expect_problem(422, "invalid_field");
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
    tries_to_erase(&ada, &json!({ "erasure_id": erasure_id, "code": code })).expect(202);
    is_erased(story.town, &ada.id);
    let left_over: Vec<_> =
        Search::of(story.town, &ada.id).found().into_iter().filter(|place| !is_documented(place)).collect();
    assert!(left_over.is_empty(), "{left_over:#?}");
    // Who signs in there again is somebody new.
    assert_ne!(crate::support::Flow::walk(&story, "google", &ada.email)["user_id"], ada.id.as_str());
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
            assert!(kill_processes_of(town, "account-jobs") > 0);
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
    assert_eq!(bob.looks_at(&project)["is_closed"], true);
}
