//! What somebody hears who is kept out: why, until when, and that it is over.

use serde_json::{Value, json};
use xtask::admin::Role;
use xtask::calendar::rfc3339;

use super::moderation::{now, sanction_path, staff};
use crate::support::{Flow, PASSWORD, Person, Story, eventually};

const REASON: &str = "Offered the same thing to forty people";

fn in_an_hour() -> String {
    rfc3339(u64::try_from(now().as_millis()).unwrap() + 3_600_000)
}

fn ban() -> Value {
    json!({ "kind": "ban", "reason": REASON })
}

fn outbox_is_empty_of(person: &Person<'_>) {
    eventually("every promise about somebody kept", || {
        person.town().outbox().iter().all(|row| !row.contains(&person.id)).then_some(())
    });
}

#[test]
fn only_who_knows_the_password_hears_why_and_until_when() {
    let story = Story::in_peace();
    let (eve, moderator) = (story.newcomer("Eve"), staff(&story, "Mo", Role::Moderator));
    let until = in_an_hour();
    let suspension = json!({ "kind": "suspension", "reason": REASON, "until": until });
    moderator.puts(&sanction_path(&eve), &suspension).expect(204);
    let guessed = eve.tries_to_sign_in("not the password").expect_problem(401, "invalid_credentials");
    assert!(guessed.get("reason").is_none() && guessed.get("until").is_none(), "{guessed}");
    assert!(!guessed.to_string().contains("suspended"), "{guessed}");
    let told = eve.tries_to_sign_in(PASSWORD).expect_problem(403, "account_suspended");
    assert_eq!((told["reason"].as_str(), told["until"].as_str()), (Some(REASON), Some(until.as_str())));
    assert_eq!(told["detail"], format!("suspended until {until}: {REASON}"));

    moderator.puts(&sanction_path(&eve), &ban()).expect(204);
    let told = eve.tries_to_sign_in(PASSWORD).expect_problem(403, "account_suspended");
    assert_eq!((&told["reason"], told.get("until")), (&json!(REASON), None));
    assert_eq!(told["detail"], format!("banned: {REASON}"));
    story.town.mails_to(&eve.email, 3);
    outbox_is_empty_of(&eve);
    for function in ["auth", "admin", "email-send", "outbox"] {
        story.town.logs_that_say(function, "request_id");
        for line in story.town.stack.function_logs(function, 0).unwrap() {
            assert!(!line.message.contains(REASON), "{function} logs what staff wrote: {}", line.message);
        }
    }
}

#[test]
fn who_comes_through_a_provider_hears_it_too() {
    let story = Story::with_providers();
    let (eve, moderator) = (Person::comes_through(&story, "google", "eve"), staff(&story, "Mo", Role::Moderator));
    moderator.puts(&sanction_path(&eve), &ban()).expect(204);
    let told = Flow::start(&story, "google").signs_in(&eve.email).finish(&story);
    assert_eq!(told.expect_problem(403, "account_suspended")["detail"], format!("banned: {REASON}"));
    // A new identity of the same person proves as much.
    let told = Flow::start(&story, "github").signs_in(&eve.email).finish(&story);
    assert_eq!(told.expect_problem(403, "account_suspended")["reason"], REASON);
    moderator.deletes(&sanction_path(&eve)).expect(204);
    assert_eq!(Flow::walk(&story, "google", &eve.email)["user_id"], eve.id);
}

#[test]
fn what_keeps_somebody_out_and_its_end_are_told_by_mail() {
    let story = Story::in_peace();
    let (eve, moderator) = (story.newcomer("Eve"), staff(&story, "Mo", Role::Moderator));
    let until = in_an_hour();
    let suspension = json!({ "kind": "suspension", "reason": REASON, "until": until });
    moderator.puts(&sanction_path(&eve), &suspension).expect(204);
    let mail = &story.town.mails_to(&eve.email, 2)[1];
    assert!(mail.contains("suspended until 20") && mail.contains(" UTC") && mail.contains(REASON), "{mail}");
    moderator.puts(&sanction_path(&eve), &ban()).expect(204);
    let mail = &story.town.mails_to(&eve.email, 3)[2];
    assert!(mail.contains("was banned") && mail.contains(REASON), "{mail}");
    moderator.deletes(&sanction_path(&eve)).expect(204);
    assert!(story.town.mails_to(&eve.email, 4)[3].contains("was lifted"));
    // Lifting what is not there is no news.
    moderator.deletes(&sanction_path(&eve)).expect(204);
    outbox_is_empty_of(&eve);
    assert_eq!(story.town.mails_to(&eve.email, 4).len(), 4);
}

#[test]
fn the_end_of_a_suspension_that_was_over_already_is_no_news() {
    let story = Story::in_peace();
    let (eve, moderator) = (story.newcomer("Eve"), staff(&story, "Mo", Role::Moderator));
    let suspension = json!({ "kind": "suspension", "reason": REASON, "until": in_an_hour() });
    moderator.puts(&sanction_path(&eve), &suspension).expect(204);
    story.town.mails_to(&eve.email, 2);
    // The hour passes.
    let mut account = story.town.item("Accounts", &format!("USER#{}", eve.id), "ACCOUNT").unwrap();
    account["sanction"]["M"]["until"] = json!({ "S": "2026-01-01T00:00:00.000Z" });
    story.town.put_item("Accounts", &account);
    moderator.deletes(&sanction_path(&eve)).expect(204);
    outbox_is_empty_of(&eve);
    assert_eq!(story.town.mails_to(&eve.email, 2).len(), 2);
    eve.signs_in();
}

/// Queues may carry a promise late, or again: what has changed since then is not told.
#[test]
fn a_mail_about_a_sanction_that_is_no_more_as_it_was_is_not_sent() {
    let story = Story::in_peace();
    let (eve, moderator) = (story.newcomer("Eve"), staff(&story, "Mo", Role::Moderator));
    let carries = |kind: &str, id: &str| {
        let entry = json!({ "id": id, "created_at": "2026-11-21T09:30:00.000Z", "kind": kind, "user_id": eve.id });
        let record = json!({ "messageId": id, "eventSource": "aws:sqs", "body": entry.to_string() });
        let answer = story.town.stack.invoke("email-send", &json!({ "Records": [record] })).unwrap();
        assert_eq!(answer["batchItemFailures"], json!([]));
    };
    carries("mail.sanction-imposed", "01a1fd71-c0e5-7466-8ac4-b1bd8fb14b01");
    moderator.puts(&sanction_path(&eve), &ban()).expect(204);
    assert!(story.town.mails_to(&eve.email, 2)[1].contains("was banned"));
    carries("mail.sanction-lifted", "01a1fd71-c0e5-7466-8ac4-b1bd8fb14b02");
    outbox_is_empty_of(&eve);
    assert_eq!(story.town.mails_to(&eve.email, 2).len(), 2);
}
