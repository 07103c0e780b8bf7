//! Digests: what people are told by mail who were not here, and what they are not told.

use std::cell::RefCell;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use shared::domain::time::Timestamp;

use crate::support::{Fault, FaultProxy, On, Person, Story, Town};

const HOUR: Duration = Duration::from_hours(1);

fn ago(time: Duration) -> Value {
    json!((Timestamp::from_unix_seconds(UNIX_EPOCH.elapsed().unwrap().as_secs()) - time).to_string())
}

/// Somebody who may be written to at any hour of the day.
fn insomniac<'s>(story: &'s Story, name: &str) -> Person<'s> {
    let person = story.resident(name);
    person.sets(&json!({ "digest": { "quiet_from": 0, "quiet_until": 0 } }));
    person
}

fn state(person: &Person<'_>) -> Value {
    person.town().item("Profiles", &format!("USER#{}", person.id), "SETTINGS").unwrap()
}

/// As if the time of the next digest had come.
fn is_due(person: &Person<'_>) {
    let mut item = state(person);
    item["digest_sk"]["S"] = ago(HOUR);
    person.town().put_item("Profiles", &item);
}

/// As if the last digest had been told a day ago, and the next were due.
fn was_away(person: &Person<'_>) {
    let mut item = state(person);
    (item["digest_sk"]["S"], item["digest_seen"]["S"]) = (ago(HOUR), ago(HOUR * 24));
    person.town().put_item("Profiles", &item);
}

/// As if the last message of a conversation had been sent a while ago.
fn ages_message(town: &Town, conversation: &str) {
    let mut meta = town.item("Chat", &format!("CONV#{conversation}"), "META").unwrap();
    meta["last"]["M"]["sent_at"]["S"] = ago(HOUR * 2);
    town.put_item("Chat", &meta);
}

/// The same for what lists of a person have of another one.
fn ages_row(person: &Person<'_>, kind: &str, other: &Person<'_>, field: &str) {
    let town = person.town();
    let mut row = town.item("Social", &format!("USER#{}", person.id), &format!("{kind}#{}", other.id)).unwrap();
    row[field]["S"] = ago(HOUR * 2);
    town.put_item("Social", &row);
}

pub(super) fn runs(town: &Town) {
    assert_eq!(town.stack.invoke("digest", &json!({})).unwrap(), Value::Null);
}

/// The digests that somebody got, once nothing is under way.
pub(super) fn digests(person: &Person<'_>) -> Vec<String> {
    let town = person.town();
    crate::support::eventually("promises to be kept", || {
        (!town.outbox().iter().any(|row| row.contains(&person.id) && row.contains("mail.digest"))).then_some(())
    });
    let mails = town.stack.mails_to(&person.email).unwrap();
    mails.into_iter().filter(|mail| mail.subject == "What you have missed").map(|mail| mail.text).collect()
}

/// When the next digest is due; nothing if it is overdue.
fn next(person: &Person<'_>) -> Option<String> {
    let due = state(person)["digest_sk"]["S"].as_str().unwrap().to_owned();
    (due.as_str() > ago(Duration::ZERO).as_str().unwrap()).then_some(due)
}

/// Somebody whose digest is due, and has a like to tell of.
pub(super) fn liked_while_away(story: &Story) -> Person<'_> {
    let (ada, bob) = (insomniac(story, "Ada"), story.resident("Bob"));
    bob.likes(&ada);
    ages_row(&ada, "LIKED_BY", &bob, "liked_at");
    was_away(&ada);
    ada
}

#[test]
fn who_was_away_is_told_once_and_in_numbers_what_is_new() {
    let story = Story::in_peace();
    let town = story.town;
    let (ada, bob, cem) = (insomniac(&story, "Ada"), story.resident("Bobby"), story.resident("Cemal"));
    ada.likes(&bob);
    let conversation = bob.matches_with(&ada);
    bob.says(&conversation, "b1", "a word that no mail repeats");
    bob.says(&conversation, "b2", "and another one");
    cem.likes(&ada);
    ages_message(town, &conversation);
    ages_row(&ada, "CONN", &bob, "matched_at");
    ages_row(&ada, "LIKED_BY", &cem, "liked_at");
    runs(town);
    assert_eq!(digests(&ada), [""; 0], "the time has not come");

    was_away(&ada);
    runs(town);
    let told = digests(&ada);
    assert_eq!(told.len(), 1);
    let lines = "- 2 unread messages in 1 conversation\n- 1 new match\n- 1 like waits for your answer\n";
    assert!(told[0].contains(lines) && told[0].contains("/settings"), "{}", told[0]);
    for secret in ["Bobby", "Cemal", "word", &bob.id, &conversation] {
        assert!(!told[0].contains(secret), "{}", told[0]);
    }
    assert!(next(&ada).is_some());

    // The same news is no news, whenever the next time has come.
    is_due(&ada);
    runs(town);
    assert_eq!(digests(&ada).len(), 1);
    assert!(next(&ada).is_some(), "and the time moves on");
    // Bob is told of nothing: the match was made by his own like, and the last word is his.
    was_away(&bob);
    bob.sets(&json!({ "digest": { "quiet_from": 0, "quiet_until": 0 } }));
    was_away(&bob);
    ages_row(&bob, "CONN", &ada, "matched_at");
    runs(town);
    assert_eq!(digests(&bob), [""; 0]);
}

#[test]
fn who_is_here_kept_out_asleep_or_not_interested_gets_none() {
    let story = Story::in_peace();
    let town = story.town;
    let bob = story.resident("Bob");
    // The schedule may run at any moment, so that everything else has to be so before somebody is due.
    let eager_after = |name: &str, settings: &Value, before: &dyn Fn(&Person<'_>)| {
        let person = story.resident(name);
        person.sets(settings);
        bob.likes(&person);
        ages_row(&person, "LIKED_BY", &bob, "liked_at");
        before(&person);
        was_away(&person);
        person
    };
    let eager = |name: &str, settings: &Value| eager_after(name, settings, &|_| {});
    let awake = json!({ "digest": { "quiet_from": 0, "quiet_until": 0 } });
    let sockets = RefCell::new(Vec::new());
    let here = eager_after("Here", &awake, &|person| sockets.borrow_mut().push(person.connects()));
    let banned = eager_after("Banned", &awake, &|person| {
        let mut hidden = town.item("Profiles", &format!("USER#{}", person.id), "PROFILE").unwrap();
        hidden["hidden_until"] = json!({ "S": "9999-12-31T23:59:59.000Z" });
        town.put_item("Profiles", &hidden);
    });
    let deaf = eager("Deaf", &json!({ "digest": { "quiet_from": 0, "quiet_until": 0, "kinds": ["match"] } }));
    let wide = eager("Wide", &awake);
    // The whole day but the hour of the digest is quiet, and that hour is not now.
    let hour = (Timestamp::from_unix_seconds(UNIX_EPOCH.elapsed().unwrap().as_secs()).unix_seconds() / 3_600 + 12) % 24;
    let quiet = json!({ "quiet_from": (hour + 1) % 24, "quiet_until": hour, "hour": hour });
    let asleep = eager("Asleep", &json!({ "digest": quiet }));
    runs(town);
    for person in [&here, &banned, &deaf, &asleep] {
        assert_eq!(digests(person), [""; 0], "{}", person.name);
        assert!(next(person).is_some(), "{}: the time moves on", person.name);
    }
    assert_eq!(digests(&wide).len(), 1);
}

#[test]
fn of_many_runs_at_once_one_writes_and_settings_that_change_meanwhile_win() {
    let story = Story::in_peace();
    let town = story.town;
    let ada = liked_while_away(&story);
    Town::at_once(4, |_| runs(town));
    assert_eq!(digests(&ada).len(), 1);
    // An edit of the settings brings no old news back.
    ada.sets(&json!({ "digest": { "cadence": "hourly", "quiet_from": 0, "quiet_until": 0 } }));
    is_due(&ada);
    runs(town);
    assert_eq!(digests(&ada).len(), 1);
}

#[test]
fn a_digest_of_which_nobody_knows_whether_it_went_out_is_not_sent_again() {
    let story = Story::alone();
    let town = story.town;
    let ada = liked_while_away(&story);
    let proxy = FaultProxy::before(town.stack.endpoint());
    town.stack.set_function_env("email-send", &[("AWS_ENDPOINT_URL_SESV2", proxy.url())]).unwrap();
    proxy.next(100, On::everything_about(&ada.email), Fault::LoseAnswer);
    runs(town);
    let told = digests(&ada).len();
    let befallen = proxy.befallen(&ada.email);
    town.stack.remove_function_env("email-send", &["AWS_ENDPOINT_URL_SESV2"]).unwrap();
    assert_eq!((befallen, told), (1, 1), "it was handed over once, and the answer was lost");
    town.logs_that_say("email-send", "\"mails_dropped\":1");
}
