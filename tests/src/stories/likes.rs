//! Likes that wait for an answer, and answers that are taken back.

use serde_json::{Value, json};
use shared::domain::limit::{PASS_PER_PERSON, Subject, TAKE_BACK_PER_PERSON};
use xtask::admin::Role;

use super::moderation::{sanction_path, staff};
use crate::support::{Answer, Circle, Person, Story, eventually};

fn takes_back(person: &Person<'_>, what: &str, other: &Person<'_>) -> Answer {
    person.deletes(&format!("/v1/{what}/{}", other.id))
}

/// The ids of those who wait for an answer, by pages of so many.
fn waiting(person: &Person<'_>, limit: usize) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.gets(&format!("/v1/likes?limit={limit}{cursor}")).expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit, "{page}");
        ids.extend(items.iter().map(|item| item["user_id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return ids };
        cursor = format!("&cursor={next}");
    }
}

fn learning(person: &Person<'_>) -> (Value, Value) {
    let learned = person.gets("/v1/learning").expect(200);
    (learned["likes"].clone(), learned["passes"].clone())
}

fn answers(person: &Person<'_>) -> usize {
    let rows = person.town().items("Social", &format!("USER#{}", person.id));
    rows.iter().filter(|row| row["sk"]["S"].as_str().unwrap().starts_with("ANSWER#")).count()
}

#[test]
fn what_is_taken_back_is_as_if_it_had_never_been() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let (ada, bob) = (circle.member("Ada", &json!({})), circle.member("Bob", &json!({})));
    assert_eq!(circle.names(&ada, ""), ["Bob"]);
    for (what, asked) in [("likes", "fields=technology"), ("passes", "fields=technology,design")] {
        ada.puts(&format!("/v1/{what}/{}", bob.id), &json!({}));
        // One list was made before the answer, and another one is made and kept without Bob.
        assert_eq!((circle.names(&ada, ""), circle.names(&ada, asked)), (Vec::new(), Vec::new()), "{what}");
        takes_back(&ada, what, &bob).expect(204);
        for asked in ["", asked] {
            assert_eq!(circle.names(&ada, asked), ["Bob"], "{what}: with the very next list");
        }
        assert_eq!((learning(&ada), answers(&ada)), ((json!(0), json!(0)), 0), "{what}");
        assert_eq!(waiting(&bob, 10), [""; 0]);
        // Again, and of what is not there, it is nothing.
        takes_back(&ada, what, &bob).expect(204);
    }
    // Neither takes the other away.
    ada.passes(&bob);
    takes_back(&ada, "likes", &bob).expect(204);
    assert_eq!((circle.names(&ada, ""), learning(&ada)), (Vec::new(), (json!(0), json!(1))));
    takes_back(&ada, "passes", &ada).expect_problem(422, "invalid_field");

    // A like that was forgotten is taken back all the same, and what was learned since stays.
    takes_back(&ada, "passes", &bob).expect(204);
    ada.likes(&bob);
    ada.deletes("/v1/learning").expect(204);
    takes_back(&ada, "likes", &bob).expect(204);
    assert_eq!((learning(&ada), circle.names(&ada, "")), ((json!(0), json!(0)), vec!["Bob".to_owned()]));
    // A like that comes after it makes no match.
    assert_eq!(bob.likes(&ada)["state"], "liked");
}

#[test]
fn both_read_what_the_other_wrote_after_they_have_matched() {
    let story = Story::in_peace();
    let (ada, bob, eve) = (story.resident("Ada"), story.resident("Bob"), story.resident("Eve"));
    let mut sockets = [ada.connects(), bob.connects()];
    let writes = |from: &Person<'_>, to: &Person<'_>, intro: Value| {
        from.puts(&format!("/v1/likes/{}", to.id), &json!({ "intro": intro })).expect(200);
    };
    writes(&ada, &bob, json!("Shall we sing?"));
    writes(&bob, &ada, json!("With pleasure!"));
    let intros = ["With pleasure!", "Shall we sing?"];
    for ((person, socket), intro) in [&ada, &bob].into_iter().zip(&mut sockets).zip(intros) {
        assert_eq!(socket.hears("match.new")["intro"], intro);
        assert_eq!(person.gets("/v1/connections").expect(200)["items"][0]["intro"], intro);
    }
    // Who wrote nothing is shown to have written nothing.
    writes(&eve, &ada, Value::Null);
    ada.likes(&eve);
    let news = sockets[0].wait_for("the match", |frame| frame["data"]["user_id"] == eve.id);
    assert_eq!(news["data"].get("intro"), None);
    let connections = ada.gets("/v1/connections").expect(200);
    let connections = connections["items"].as_array().unwrap();
    assert_eq!(connections.iter().filter(|line| line.get("intro").is_none()).count(), 1);
}

#[test]
fn a_match_is_not_taken_back() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    takes_back(&ada, "likes", &bob).expect_problem(409, "already_connected");
    takes_back(&bob, "passes", &ada).expect_problem(409, "already_connected");
    ada.says(&conversation, "a1", "still here");
    ada.deletes(&format!("/v1/connections/{}", bob.id)).expect(204);
    takes_back(&ada, "likes", &bob).expect(204);
    ada.tries_to_like(&bob).expect_problem(404, "profile_not_found");
}

#[test]
fn likes_wait_in_pages_for_whoever_may_see_who_gave_them() {
    let story = Story::in_peace();
    let ada = story.resident("Ada");
    let people: Vec<_> = (0..5).map(|_| story.resident("Bob")).collect();
    for person in &people {
        person.puts(&format!("/v1/likes/{}", ada.id), &json!({ "intro": "Hello!" })).expect(200);
    }
    let newest_first: Vec<String> = people.iter().rev().map(|person| person.id.clone()).collect();
    for limit in [1, 2, 5, 100] {
        assert_eq!(eventually("all likes", || Some(waiting(&ada, limit)).filter(|ids| ids.len() == 5)), newest_first);
    }
    let first = &ada.gets("/v1/likes").expect(200)["items"][0];
    assert_eq!((&first["intro"], first["liked_at"].is_string()), (&json!("Hello!"), true));
    // A cursor is one's own.
    let cursor = ada.gets("/v1/likes?limit=1").expect(200)["next_cursor"].as_str().unwrap().to_owned();
    people[0].gets(&format!("/v1/likes?cursor={cursor}")).expect_problem(422, "invalid_field");
    ada.gets("/v1/likes?limit=0").expect_problem(422, "invalid_field");
    ada.gets("/v1/likes?colour=red").expect_problem(400, "malformed_request");

    // An answer, a block by either side, a ban, and a like that is taken back end the waiting.
    let [banned, shy, unwanted, passed, gone] = &people[..] else { panic!("five people") };
    let admin = staff(&story, "Root", Role::Admin);
    admin.puts(&sanction_path(banned), &json!({ "kind": "ban", "reason": "spam" })).expect(204);
    shy.blocks(&ada);
    ada.blocks(unwanted);
    ada.passes(passed);
    takes_back(gone, "likes", &ada).expect(204);
    assert_eq!(waiting(&ada, 2), [""; 0]);
    // Who hides stays visible to those whom they like, and what was taken back waits again.
    passed.writes_profile(&json!({
        "name": "Bob", "field": "crafts", "experience_years": 1, "time_zone": "UTC", "visible": false,
    }));
    takes_back(&ada, "passes", passed).expect(204);
    shy.deletes(&format!("/v1/blocks/{}", ada.id)).expect(204);
    ada.deletes(&format!("/v1/blocks/{}", unwanted.id)).expect(204);
    assert_eq!(waiting(&ada, 2), [&*passed.id, &*unwanted.id, &*shy.id]);
    admin.deletes(&sanction_path(banned)).expect(204);
    assert_eq!(waiting(&ada, 100).len(), 4);
    ada.matches_with(passed);
    assert_eq!(waiting(&ada, 100).len(), 3);
}

#[test]
fn passing_and_taking_back_have_an_end() {
    let story = Story::in_peace();
    let (ada, bob) = (story.resident("Ada"), story.resident("Bob"));
    let subject = Subject::person(ada.id.parse().unwrap());
    story.has_left(&PASS_PER_PERSON, &subject, 1);
    story.has_left(&TAKE_BACK_PER_PERSON, &subject, 1);
    ada.passes(&bob);
    ada.puts(&format!("/v1/passes/{}", bob.id), &json!({})).expect_problem(429, "too_many_requests");
    takes_back(&ada, "passes", &bob).expect(204);
    takes_back(&ada, "passes", &bob).expect_problem(429, "too_many_requests");
    takes_back(&ada, "likes", &bob).expect_problem(429, "too_many_requests");
}
