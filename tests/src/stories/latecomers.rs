//! Erasures that overlap, and what comes for somebody who has been erased: it meets nobody and writes nothing.

use serde_json::{Value, json};
use shared::domain::unsubscription::UnsubscribeToken;
use xtask::admin::{Role, grant};
use xtask::deployment::LocalDeployment;

use super::erasure::{erases, is_documented, is_erased};
use super::moderation::staff;
use crate::support::{Person, Search, Story, Town, eventually};

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
const MESSAGE: &str = "01a1fd71-c0e5-7466-8ac4-b1bd8fb14e11";

fn left_of(town: &Town, id: &str) -> Vec<String> {
    eventually("promises to be kept", || {
        let found: Vec<_> = Search::of(town, id).found().into_iter().filter(|place| !is_documented(place)).collect();
        (!found.iter().any(|place| place.starts_with("Outbox") || place.contains("Queue"))).then_some(found)
    })
}

/// What a queue brings to a function.
fn brings(town: &Town, function: &str, body: &Value) {
    let record = json!({ "messageId": MESSAGE, "eventSource": "aws:sqs", "body": body.to_string() });
    let answer = town.stack.invoke(function, &json!({ "Records": [record] })).unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]), "{function}");
}

fn promised(kind: &str, ada: &Person<'_>, more: &Value) -> Value {
    let mut entry = json!({
        "id": MESSAGE, "created_at": "2026-11-26T09:30:00.000Z", "kind": kind, "user_id": ada.id,
    });
    entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    entry
}

/// A link that ends somebody's digests, as one of them brought it.
fn unsubscribes(story: &Story, ada: &Person<'_>) -> u16 {
    let token = UnsubscribeToken::new(ada.id.parse().unwrap(), [7; 16]);
    let row = json!({
        "pk": { "S": format!("UNSUBSCRIBE#{}", token.hash()) }, "sk": { "S": "UNSUBSCRIBE" },
        "expires_at": { "N": "4000000000" },
    });
    story.town.put_item("Profiles", &row);
    let path = format!("/v1/unsubscribe/{}", token.expose());
    let large = "x".repeat(200_000);
    let form = "application/x-www-form-urlencoded";
    assert_eq!(story.town.send_raw("POST", None, &path, form, &large).status, 413);
    story.town.send_raw("POST", None, &path, form, "List-Unsubscribe=One-Click").status
}

#[test]
fn what_comes_late_meets_nobody_and_writes_nothing() {
    let story = Story::in_peace();
    let town = story.town;
    let (ada, bob, _) = story.couple();
    let (eve, moderator) = (story.resident("Eve"), staff(&story, "Mod", Role::Admin));
    grant(&LocalDeployment::of_stack(&town.stack), &ada.email, Role::Admin).unwrap();
    let skill = format!("falconry {}", &ada.id[24..]);
    ada.puts("/v1/admin/matrix", &json!({ "a": "Rust", "b": skill, "value": 0.7 })).expect(200);
    let stated = || {
        let list = moderator.gets(&format!("/v1/admin/matrix?skill={}", skill.replace(' ', "%20"))).expect(200);
        (list["items"][0]["stated_by"].clone(), list["items"][0]["value"].clone())
    };
    assert_eq!(stated(), (json!(ada.id), json!(0.7)));
    let ada_is_there = ada.connects();
    let mut bob_sees = bob.connects();
    let (_, answer) = bob_sees.ask("presence.subscribe", &json!({ "user_ids": [ada.id] }));
    let known = answer["presences"][0]["version"].as_u64().unwrap();

    erases(&ada);
    is_erased(town, &ada.id);
    let last = bob_sees
        .wait_for("her end", |frame| frame["type"] == "presence" && frame["data"]["version"].as_u64() > Some(1 << 52));
    assert_eq!((&last["data"]["is_online"], &last["data"]["user_id"]), (&json!(false), &json!(ada.id)));
    assert!(last["data"]["version"].as_u64().unwrap() > known && last["data"].get("at").is_none(), "{last}");
    drop(ada_is_there);
    assert_eq!(left_of(town, &ada.id), [""; 0]);
    assert_eq!(stated(), (json!(NOBODY), json!(0.7)), "what she stated holds on");

    assert_eq!(unsubscribes(&story, &ada), 200);
    let told = |cause: &str| json!({ "cause": cause, "user_id": [ada.id], "sent_at": "2099-01-01T00:00:00.000Z", "mail_id": "late" });
    brings(town, "mail-feedback", &told("bounce"));
    brings(town, "mail-feedback", &told("complaint"));
    brings(town, "embed", &promised("embed.profile", &ada, &json!({})));
    brings(town, "account-jobs", &promised("account.export", &ada, &json!({ "export_id": MESSAGE })));
    brings(
        town,
        "email-send",
        &promised(
            "mail.digest",
            &ada,
            &json!({ "counts": { "messages": 1, "conversations": 1, "matches": 0, "likes": 0 } }),
        ),
    );
    brings(town, "email-send", &promised("mail.reset", &ada, &json!({ "challenge_id": MESSAGE })));
    brings(town, "push", &promised("presence.changed", &ada, &json!({})));
    brings(town, "push", &promised("session.ended", &ada, &json!({ "session_id": MESSAGE })));
    brings(town, "photo-validate", &json!({ "name": format!("quarantine/{}/{MESSAGE}", ada.id) }));
    let path = |before: &str, after: &str| format!("{before}/{}{after}", ada.id);
    eve.puts(&path("/v1/blocks", ""), &json!({})).expect(204);
    eve.deletes(&path("/v1/blocks", "")).expect(204);
    eve.deletes(&path("/v1/likes", "")).expect(204);
    eve.deletes(&path("/v1/passes", "")).expect(204);
    eve.tries_to_like(&ada).expect_problem(404, "profile_not_found");
    eve.puts(&path("/v1/passes", ""), &json!({})).expect_problem(404, "profile_not_found");
    eve.posts(&path("/v1/profiles", "/report"), &json!({ "reason": "spam" })).expect_problem(404, "profile_not_found");
    assert_eq!(left_of(town, &ada.id), [""; 0]);
}

#[test]
fn of_two_who_erase_at_once_no_conversation_is_left() {
    const COUPLES: usize = 2;
    let story = Story::in_peace();
    let town = story.town;
    let couples = Town::at_once(COUPLES, |_| {
        let (ada, bob, talk) = story.couple();
        ada.says(&talk, "a1", "Shall we leave together?");
        bob.says(&talk, "b1", "At once");
        (ada, bob, talk)
    });
    let people: Vec<_> = couples.iter().flat_map(|(ada, bob, _)| [ada, bob]).collect();
    Town::at_once(people.len(), |n| erases(people[n]));
    for (ada, bob, talk) in &couples {
        is_erased(town, &ada.id);
        is_erased(town, &bob.id);
        assert_eq!(town.items("Chat", &format!("CONV#{talk}")), [Value::Null; 0]);
    }
    for person in people {
        assert_eq!(left_of(town, &person.id), [""; 0], "{}", person.name);
    }
}

#[test]
fn whoever_was_never_there_is_blocked_without_a_trace_and_whoever_hides_is_blocked() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let quiet = story.newcomer("Newcomer");
    let blocks = |id: &str| ada.puts(&format!("/v1/blocks/{id}"), &json!({})).expect(204);
    let blocked = || -> Vec<Value> {
        let list = ada.gets("/v1/blocks").expect(200);
        list["items"].as_array().unwrap().iter().map(|item| item["user_id"].clone()).collect()
    };
    let nobody = "01a1fd71-c0e5-7466-8ac4-b1bd8fb14e12";
    blocks(nobody);
    assert_eq!(left_of(story.town, nobody), [""; 0]);
    // Somebody without a profile can look at others and answer them, and so be blocked for it.
    quiet.passes(&ada);
    let mut hidden = Person::profile("Bob");
    hidden["visible"] = json!(false);
    bob.writes_profile(&hidden);
    blocks(&bob.id);
    blocks(&quiet.id);
    let mut expected = vec![json!(bob.id), json!(quiet.id)];
    expected.sort_unstable_by_key(Value::to_string);
    assert_eq!(blocked(), expected);
}
