//! Erasing one's account: what is left, and how the world of the others goes on.

use serde_json::{Value, json};

use super::photo_review::waits;
use super::photos::{asks_for_a_form, uploads};
use crate::support::{Answer, PASSWORD, Person, Search, Socket, Story, Town, eventually};

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

pub(super) fn tries_to_erase(person: &Person<'_>, proof: &Value) -> Answer {
    person.posts("/v1/auth/erasure", proof)
}

pub(super) fn erases(person: &Person<'_>) {
    tries_to_erase(person, &json!({ "password": PASSWORD })).expect(202);
}

pub(super) fn tombstone(town: &Town, id: &str) -> Option<Value> {
    town.item("Accounts", &format!("ERASED#{id}"), "ERASURE")
}

/// Waits until nothing is left to do.
pub(super) fn is_erased(town: &Town, id: &str) -> Value {
    eventually("the end of an erasure", || tombstone(town, id).filter(|item| item["expires_at"].is_object()))
}

pub(crate) fn watches(socket: &mut Socket, other: &Person<'_>) {
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

/// What may be left of somebody, as infra/API.md says: the tombstone and the line in the ledger, reports until they are closed
/// and a year longer, and the audit of staff.
pub(crate) fn is_documented(place: &str) -> bool {
    ["Accounts ERASED#", "Backups erasures/v1/", "Social REPORTS#", "Social REPORTED#", "Ops AUDIT#"]
        .iter()
        .any(|kept| place.starts_with(kept))
}

/// What somebody's life has left behind, by the ids.
#[derive(Clone)]
pub(crate) struct Life {
    pub(crate) talk: String,
    pub(crate) over: String,
    pub(crate) inherited: String,
    pub(crate) inherited_talk: String,
    pub(crate) orphaned: String,
    pub(crate) lonely: String,
    pub(crate) joined: String,
    pub(crate) left: String,
    pub(crate) asked: String,
}

/// The first of these people does everything with the others that one can do.
pub(crate) fn lives(people: &[Person<'_>]) -> Life {
    let [ada, bob, cleo, dan, eve, fay, gus, hal, ivy] = people else { unreachable!() };
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
    dan.says(&orphaned, "d1", "Is anybody there?");
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
    Life { talk, over, inherited, inherited_talk, orphaned, lonely, joined, left, asked }
}

/// A photo that was deleted by an earlier version, which left its row.
fn leaves_a_row_in_staffs_queue(story: &Story, person: &Person<'_>) {
    let photo = uploads(person);
    let id = photo["photo_id"].as_str().unwrap();
    let row = waits(story, id).unwrap();
    person.deletes(&format!("/v1/me/photos/{id}")).expect(204);
    story.town.put_item("Profiles", &row);
}

/// It keeps the sweep from no other draft, and nobody from being erased.
fn leaves_an_unreadable_draft(town: &Town) {
    let [unreadable, old] = ["00000000-0000-7000-8000-000000000000", "00000000-0000-7000-8000-000000000001"];
    let draft = |id: &str, key: String| {
        json!({
            "pk": { "S": "DRAFT#photos" }, "sk": { "S": format!("{id}#{key}") }, "photo_id": { "S": id }, "user_id": { "S": id },
            "key": { "S": key },
        })
    };
    town.put_item("Profiles", &draft(unreadable, "no key".to_owned()));
    town.put_item("Profiles", &draft(old, "1".repeat(32)));
    assert_eq!(town.stack.invoke("photo-sweep", &json!({})).unwrap(), Value::Null);
    let left = town.items("Profiles", "DRAFT#photos");
    assert_eq!(left, [draft(unreadable, "no key".to_owned())]);
}

#[test]
fn nothing_is_left_of_whoever_erases_their_account_and_the_others_go_on() {
    let story = Story::alone();
    let town = story.town;
    let names = ["Ada", "Bob", "Cleo", "Dan", "Eve", "Fay", "Gus", "Hal", "Ivy"];
    let people = Town::at_once(names.len(), |n| story.resident(names[n]));
    let life = lives(&people);
    let [ada, bob, ..] = &people[..] else { unreachable!() };
    // Photos, sockets, watches, marks, a digest, lists.
    let photo = uploads(ada);
    asks_for_a_form(ada, "image/png");
    leaves_a_row_in_staffs_queue(&story, ada);
    leaves_an_unreadable_draft(town);
    let (mut ada_hears, mut bob_hears) = (ada.connects(), bob.connects());
    watches(&mut ada_hears, bob);
    watches(&mut bob_hears, ada);
    let _phone = ada.on_another_device();
    bob.suggestions();
    ada.suggestions();
    ada.sets(&json!({ "presence": "connections" }));
    town.put_item("Ops", &json!({ "pk": { "S": "WARM#wished" }, "sk": { "S": ada.id } }));
    let key = "0".repeat(32);
    town.put_item(
        "Profiles",
        &json!({
            "pk": { "S": "DRAFT#photos" }, "sk": { "S": format!("{}#{key}", photo["photo_id"].as_str().unwrap()) },
            "photo_id": { "S": photo["photo_id"] }, "user_id": { "S": ada.id }, "key": { "S": key },
        }),
    );
    assert_eq!(town.stack.invoke("index-build", &json!({ "all": true })).unwrap(), Value::Null);

    let search = Search::of(town, &ada.id);
    let before = search.found();
    for place in ["Accounts", "Sessions", "Profiles", "Social", "Chat", "Realtime", "Ops", "Photos", "Index"] {
        let is_here = before.iter().any(|found| found.starts_with(place));
        assert!(is_here || place == "Photos", "the search does not look into {place}: {before:?}");
    }
    ada.posts("/v1/me/export", &json!({})).expect(202);
    super::exports::ready(ada);
    let copies = photo["copies"][0]["url"].clone();

    erases(ada);
    ada_hears.is_closed();
    ada.tries_to_sign_in(PASSWORD).expect_problem(401, "invalid_credentials");
    town.post(None, "/v1/auth/refresh", &json!({ "refresh_token": ada.refresh_token() }))
        .expect_problem(401, "session_ended");
    bob.gets(&format!("/v1/profiles/{}", ada.id)).expect_problem(404, "profile_not_found");
    assert_eq!(bob_hears.hears("sync.required")["reason"], "conversations");
    let mails = town.mails_to(&ada.email, 3);
    assert!(mails[2].contains("is being erased"), "{mails:?}");

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

    town.remove_item("Profiles", "DRAFT#photos", "00000000-0000-7000-8000-000000000000#no key");

    the_others_go_on(town, &people, &life);
    comes_back_as_somebody_new(&story, ada);
}

fn the_others_go_on(town: &Town, people: &[Person<'_>], life: &Life) {
    let [ada, bob, cleo, dan, eve, fay, gus, hal, ivy] = people else { unreachable!() };
    let Life { talk, over, inherited, inherited_talk, orphaned, lonely, joined, asked, .. } = life;
    // Bob reads on, without a gap and without her words.
    let entries = bob.entries(talk);
    let seqs: Vec<_> = entries.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=6).collect::<Vec<_>>());
    for entry in &entries {
        let is_his = entry["seq"] == 2;
        assert_eq!(entry["sender_id"], if is_his { bob.id.as_str() } else { NOBODY }, "{entry}");
        assert_eq!(entry.get("text").and_then(Value::as_str), is_his.then_some("Hello Ada"), "{entry}");
    }
    let synced = bob.syncs(&json!({}));
    let shown = synced["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["conversation_id"] == talk.as_str())
        .unwrap();
    assert_eq!(shown["messages"], json!(entries));
    assert_eq!((&shown["is_open"], shown.get("with"), &shown["seq"]), (&json!(false), None, &json!(6)));
    assert_eq!(bob.syncs(&json!({ (talk): 6 }))["closed"], json!([]));
    bob.tries_to_say(talk, "b2", "Are you there?").expect_problem(403, "conversation_closed");
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
    assert_eq!(bob.members_of(inherited).len(), 2);
    let opera = cleo.looks_at(inherited);
    assert_eq!(opera["role"], "owner", "{opera}");
    cleo.says(inherited_talk, "c2", "The show goes on");
    let said: Vec<_> = cleo.entries(inherited_talk).iter().map(|entry| entry.get("text").cloned()).collect();
    assert_eq!(said, [None, Some(json!("Thank you Ada")), Some(json!("The show goes on"))]);
    // What it said was said by her, so nobody is shown it; what the members said to each other stays theirs.
    dan.misses(orphaned);
    assert_eq!(dan.entries(orphaned)[0]["text"], "Is anybody there?");
    dan.tries_to_say(orphaned, "d2", "Hello?").expect_problem(403, "conversation_closed");
    dan.misses(lonely);
    assert_eq!(town.items("Profiles", &format!("PROJECT#{lonely}")), [Value::Null; 0]);
    assert_eq!(bob.members_of(joined), std::slice::from_ref(&bob.id));
    let requests = bob.gets(&format!("/v1/projects/{asked}/requests")).expect(200);
    assert_eq!(requests["items"], json!([]));
}

fn comes_back_as_somebody_new(story: &Story, ada: &Person<'_>) {
    let town = story.town;
    let body = json!({ "email": ada.email, "password": PASSWORD });
    let registered = town.post(None, "/v1/auth/register", &body).expect(202);
    let id = registered["registration_id"].as_str().unwrap().to_owned();
    story.remember(&id);
    let code = ada.code_from_mail(4);
    town.post(None, "/v1/auth/verify", &json!({ "registration_id": id, "code": code })).expect(204);
    let tokens = ada.tries_to_sign_in(PASSWORD).expect(200);
    assert_eq!(tokens["user_id"], id.as_str());
    town.get(tokens["access_token"].as_str(), "/v1/me").expect_problem(404, "profile_not_found");
}
