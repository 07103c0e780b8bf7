//! A copy of one's data: what is in it, what is not, and who gets it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use serde_json::{Value, json};

use super::photos::{fetch, uploads};
use crate::support::{Person, Story, eventually};

const PATH: &str = "/v1/me/export";

fn asks(person: &Person<'_>) -> String {
    let asked = person.posts(PATH, &json!({})).expect(202);
    asked["export_id"].as_str().unwrap().to_owned()
}

/// Waits until the archive is ready.
pub(super) fn ready(person: &Person<'_>) -> Value {
    eventually("an archive", || Some(person.gets(PATH).expect(200)).filter(|export| export["state"] == "ready"))
}

/// The files of an archive, by their names.
fn files(export: &Value) -> BTreeMap<String, Vec<u8>> {
    let (status, bytes) = fetch(&export["url"]);
    assert_eq!((status, bytes.len() as u64), (200, export["bytes"].as_u64().unwrap()));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut read = |name: &str| {
        let mut bytes = Vec::new();
        archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    names.iter().map(|name| (name.clone(), read(name))).collect()
}

/// A conversation that is over: what was said there is read by nobody any more.
fn over_with(ada: &Person<'_>, friend: &Person<'_>) -> String {
    ada.likes(friend);
    let talk = friend.matches_with(ada);
    ada.says(&talk, "a1", "Goodbye, friend");
    friend.says(&talk, "f1", "And good riddance");
    friend.deletes(&format!("/v1/connections/{}", ada.id)).expect(204);
    talk
}

fn text(files: &BTreeMap<String, Vec<u8>>) -> String {
    let json = files.iter().filter(|(name, _)| !name.starts_with("photos/"));
    json.map(|(_, bytes)| String::from_utf8(bytes.clone()).unwrap()).collect()
}

#[test]
fn a_copy_of_ones_data_has_all_that_is_ones_own_and_nothing_that_others_keep_to_themselves() {
    let story = Story::in_peace();
    let (ada, bob, talk) = story.couple();
    let (eve, fay, gus) = (story.resident("Eve"), story.resident("Fay"), story.resident("Gus"));
    ada.says(&talk, "a1", "I was born in London");
    bob.says(&talk, "b1", "And I in Lincoln");
    eve.blocks(&ada);
    fay.passes(&ada);
    ada.puts(&format!("/v1/likes/{}", gus.id), &json!({ "intro": "Hello Gus" })).expect(200);
    let project = ada.founds(&Person::project("An analytical engine"));
    let joined = bob.founds(&Person::project("A difference engine"));
    ada.joins(&joined);
    let over = over_with(&ada, &story.resident("Hal"));
    uploads(&ada);

    ada.gets(PATH).expect_problem(404, "export_not_found");
    let export_id = asks(&ada);
    let export = ready(&ada);
    assert_eq!(export["export_id"], export_id.as_str());
    let own = files(&export);
    let named = |name: &str| serde_json::from_slice::<Vec<Value>>(&own[name]).unwrap();
    assert!(named("account.json").iter().any(|row| row["email"] == ada.email.as_str()));
    assert!(named("profile.json").iter().any(|row| row["details"]["name"] == "Ada"));
    assert_eq!(named("sessions.json").len(), 1);
    let projects = named("projects.json");
    let titles: Vec<_> = projects.iter().filter_map(|row| row["details"]["title"].as_str()).collect();
    assert_eq!(titles, ["An analytical engine"], "what she has written, and not what others have");
    for id in [&project, &joined] {
        assert!(projects.iter().any(|row| row["project_id"] == id.as_str() && row["role"].is_string()), "{projects:?}");
    }
    let last_words: Vec<_> =
        named(&format!("conversations/{over}.json")).iter().filter_map(|row| row.get("text").cloned()).collect();
    assert_eq!(last_words, [json!("Goodbye, friend")]);
    assert!(named("people.json").iter().any(|row| row["liked"]["intro"] == "Hello Gus"));
    let said: Vec<_> =
        named(&format!("conversations/{talk}.json")).iter().filter_map(|row| row.get("text").cloned()).collect();
    assert_eq!(said, [json!("I was born in London"), json!("And I in Lincoln")]);
    assert!(own["photos/1.jpg"].starts_with(&[0xff, 0xd8]));
    let all = text(&own);
    for (secret, what) in [(&*eve.id, "who blocks her"), (&*fay.id, "who passed her"), (&*bob.email, "an address")] {
        assert!(!all.contains(secret), "it tells {what}");
    }
    for word in ["argon2", "refresh", "vector", "MET#", "\"key\"", "And good riddance"] {
        assert!(!all.contains(word), "it has {word}");
    }

    // Bob's has what he was told, and nothing else of hers.
    asks(&bob);
    let of_bob = files(&ready(&bob));
    let all = text(&of_bob);
    assert!(all.contains("I was born in London") && !all.contains(&ada.email) && !all.contains("Hello Gus"));
    assert!(!of_bob.keys().any(|name| name.starts_with("photos/")), "{:?}", of_bob.keys());
    assert!(story.town.mails_to(&ada.email, 2)[1].contains("copy of your data"));
}

#[test]
fn a_copy_is_made_once_and_fetched_by_whose_it_is() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    story.town.post(None, PATH, &json!({})).expect_problem(401, "unauthenticated");
    let first = asks(&ada);
    let export = ready(&ada);
    let objects = || {
        let bucket = story.town.stack.output("ExportsBucketName").unwrap();
        story.town.stack.client().object_names(bucket, &format!("exports/{}/", ada.id)).unwrap()
    };
    assert_eq!(objects(), [format!("exports/{}/{first}.zip", ada.id)]);
    let url = export["url"].as_str().unwrap();
    assert!(url.contains("X-Amz-Expires=600"), "{url}");
    assert_ne!(fetch(&json!(url.split('?').next().unwrap())).0, 200, "the link works without its signature");
    bob.gets(PATH).expect_problem(404, "export_not_found");
    story.town.get(None, PATH).expect_problem(401, "unauthenticated");

    // The queue delivers the job once more.
    let id = "01a1fd71-c0e5-7466-8ac4-b1bd8fb14e01";
    let entry = json!({
        "id": id, "created_at": "2026-11-26T09:30:00.000Z", "kind": "account.export", "user_id": ada.id, "export_id": first,
    });
    let record = json!({ "messageId": id, "eventSource": "aws:sqs", "body": entry.to_string() });
    let answer = story.town.stack.invoke("account-jobs", &json!({ "Records": [record] })).unwrap();
    assert_eq!((answer["batchItemFailures"].clone(), objects().len()), (json!([]), 1));
    eventually("every mail to be sent", || story.town.outbox().iter().all(|row| !row.contains(&ada.id)).then_some(()));
    assert_eq!(story.town.mails_to(&ada.email, 2).len(), 2, "it is told once");

    // One more a day.
    assert_ne!(asks(&ada), first);
    ready(&ada);
    ada.posts(PATH, &json!({})).expect_problem(429, "too_many_requests");
}

#[test]
fn what_is_asked_for_twice_at_once_is_one_copy() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    // As if the job had not come to it yet.
    let asked = "01a1fd71-c0e5-7466-8ac4-b1bd8fb14e02";
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let requested_at = shared::domain::time::Timestamp::from_unix_seconds(now).to_string();
    story.town.put_item(
        "Profiles",
        &json!({
            "pk": { "S": format!("USER#{}", ada.id) }, "sk": { "S": "EXPORT" }, "export_id": { "S": asked },
            "state": { "S": "pending" }, "requested_at": { "S": requested_at }, "bytes": { "N": "0" },
        }),
    );
    assert_eq!((asks(&ada), asks(&ada)), (asked.to_owned(), asked.to_owned()));
    assert_eq!(ada.gets(PATH).expect(200)["state"], "pending");
}
