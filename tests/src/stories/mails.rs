//! Mails as they are handed over: their language, their two forms, and how the ones that nobody asked for are ended.

use serde_json::{Value, json};

use super::digests::{digests, liked_while_away, runs};
use crate::support::{FaultProxy, PASSWORD, Person, Story, eventually, fresh_address};

/// Before and after anything that a story does.
const EARLIER: &str = "2026-01-01T00:00:00.000Z";
const LATER: &str = "2099-01-01T00:00:00.000Z";
const SES: &str = "AWS_ENDPOINT_URL_SESV2";

/// What `email-send` hands over to SES while this is done.
fn handed_over(story: &Story, act: impl FnOnce()) -> Vec<Value> {
    let proxy = FaultProxy::before(story.town.stack.endpoint());
    story.town.stack.set_function_env("email-send", &[(SES, proxy.url())]).unwrap();
    proxy.listens();
    act();
    let heard = proxy.heard().into_iter().map(|exchange| exchange.request).collect();
    story.town.stack.remove_function_env("email-send", &[SES]).unwrap();
    heard
}

fn cadence(person: &Person<'_>) -> Value {
    person.gets("/v1/me/settings").expect(200)["digest"]["cadence"].clone()
}

#[test]
fn one_request_of_a_mail_program_ends_digests_and_nothing_else() {
    let story = Story::alone();
    let town = story.town;
    let ada = liked_while_away(&story);
    let mails = handed_over(&story, || {
        runs(town);
        assert_eq!(digests(&ada).len(), 1);
    });
    let mine = mails.iter().find(|mail| mail["Destination"]["ToAddresses"][0] == ada.email.as_str()).unwrap();
    let content = &mine["Content"]["Simple"];
    assert!(content["Body"]["Html"]["Data"].as_str().unwrap().contains("<li>1 like waits for your answer</li>"));
    let header = |name: &str| {
        let headers = content["Headers"].as_array().unwrap();
        headers.iter().find(|header| header["Name"] == name).unwrap()["Value"].as_str().unwrap().to_owned()
    };
    assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let link = header("List-Unsubscribe");
    let link = link.trim_matches(['<', '>']);
    let path = &link[link.find("/v1/unsubscribe/").unwrap()..];

    let before = ada.gets("/v1/me/settings").expect(200);
    let page = town.get(None, path).expect(200);
    assert!(page.as_str().unwrap().contains("<form method=post>"), "{page}");
    assert_eq!(cadence(&ada), before["digest"]["cadence"], "who only looks has asked for nothing");
    let post = |path: &str| {
        town.send_raw("POST", None, path, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click").status
    };
    assert_eq!((post(path), post(path)), (200, 200), "again it is nothing");
    let mut after = ada.gets("/v1/me/settings").expect(200);
    assert_eq!(after["digest"]["cadence"], "never");
    (after["digest"]["cadence"], after["version"]) = (before["digest"]["cadence"].clone(), before["version"].clone());
    assert_eq!(after, before, "all else is as it was");

    // Neither a token that is another one by a letter nor one for somebody else opens anything.
    let foreign = path.replace(&path[16..24], "AaAaAaAa");
    for path in [&path[..path.len() - 1], "/v1/unsubscribe/x", &foreign] {
        assert_eq!(post(path), 404, "{path}");
    }
    // Who changes their mind gets digests again.
    ada.sets(&json!({ "digest": { "quiet_from": 0, "quiet_until": 0 } }));
    assert_ne!(cadence(&ada), "never");
}

#[test]
fn a_mail_is_in_the_language_that_the_browser_asked_for_when_its_reader_registered() {
    let story = Story::in_peace();
    let credentials = |email: &str| json!({ "email": email, "password": PASSWORD });
    for (wish, subject) in [("de-AT, de;q=0.9, en;q=0.5", "Willkommen!"), ("fr, en;q=0.8", "Welcome!")] {
        let email = fresh_address("ada");
        let body = credentials(&email);
        story.town.post_with("/v1/auth/register", "accept-language", wish, &body).expect(202);
        let mail = &story.town.mails_to(&email, 1)[0];
        assert!(mail.starts_with(subject), "{wish}: {mail}");
    }
}

#[test]
fn the_pages_behind_links_are_in_the_language_of_the_browser() {
    let story = Story::in_peace();
    let page = |path: &str, wish: &str| {
        let page = story.town.get_with(None, path, "accept-language", wish).body;
        page.as_str().unwrap().to_owned()
    };
    let unsubscribe = "/v1/unsubscribe/x";
    assert!(page(unsubscribe, "de-AT, en;q=0.5").contains("<html lang=de>"));
    assert!(page(unsubscribe, "de-AT, en;q=0.5").contains("<button>Abbestellen</button>"));
    assert!(page(unsubscribe, "fr").contains("<button>Unsubscribe</button>"));
    assert!(page("/v1/auth/confirm", "de").contains("Beschädigter Link"));
    assert!(page("/v1/auth/confirm", "en").contains("Damaged link"));
}

/// What SES tells of a mail that it has sent to somebody, in the form of its documentation.
fn tells(person: &Person<'_>, kind: &str, what: &Value, sent_at: &str) {
    let stack = &person.town().stack;
    let set = stack.function_env("email-send").unwrap()["APP_MAIL_CONFIGURATION_SET"].clone();
    let mut detail = json!({
        "mail": {
            "timestamp": sent_at, "messageId": format!("0107019ab1c2d3e4-{}", person.id), "destination": [person.email],
            "tags": { "ses:configuration-set": [set], "user_id": [person.id] },
        },
    });
    for (name, value) in what.as_object().unwrap() {
        detail[name] = value.clone();
    }
    stack.put_mail_event(kind, &detail).unwrap();
}

fn bounce(kind: &str) -> Value {
    json!({ "eventType": "Bounce", "bounce": { "bounceType": kind, "bouncedRecipients": [{ "emailAddress": "x@example.com" }] } })
}

fn hold(person: &Person<'_>) -> Value {
    person.gets("/v1/auth/mail").expect(200)["hold"]["cause"].clone()
}

#[test]
fn a_mailbox_that_bounces_gets_no_more_mails_until_its_owner_says_so() {
    let story = Story::in_peace();
    let (ada, bob) = (story.newcomer("Ada"), story.newcomer("Bob"));
    let town = story.town;
    let reset = || town.post(None, "/v1/auth/password/forgot", &json!({ "email": ada.email })).expect(202);
    let mails = || town.stack.mails_to(&ada.email).unwrap().len();
    tells(&bob, "Email Bounced", &bounce("Transient"), LATER);
    tells(&ada, "Email Bounced", &bounce("Permanent"), LATER);
    eventually("the bounce to be noted", || (hold(&ada) == "bounce").then_some(()));
    assert_eq!(hold(&bob), Value::Null, "a mailbox that is full today may take mails tomorrow");
    tells(&ada, "Email Complaint Received", &json!({ "eventType": "Complaint" }), LATER);
    town.logs_of("mail-feedback", &ada.id, "this changes nothing");
    assert_eq!(hold(&ada), "bounce", "what holds back less takes nothing back");
    let before = mails();
    reset();
    town.logs_that_say("email-send", "held back");
    assert_eq!(mails(), before);

    ada.deletes("/v1/auth/mail/hold").expect(204);
    assert_eq!(hold(&ada), Value::Null);
    // What is told late of a mail that was sent before that does not count, and what comes after it does.
    tells(&ada, "Email Bounced", &bounce("Permanent"), EARLIER);
    tells(&bob, "Email Bounced", &bounce("Permanent"), LATER);
    eventually("what was told after it to be noted", || (hold(&bob) == "bounce").then_some(()));
    reset();
    town.mails_to(&ada.email, before + 1);
    assert_eq!(hold(&ada), Value::Null);
    tells(&ada, "Email Complaint Received", &json!({ "eventType": "Complaint" }), LATER);
    eventually("the complaint to be noted", || (hold(&ada) == "complaint").then_some(()));
    reset();
    town.mails_to(&ada.email, before + 2);
}

#[test]
fn the_language_of_mails_is_changed_with_the_next_one() {
    let story = Story::in_peace();
    let ada = story.newcomer("Ada");
    ada.puts("/v1/auth/mail", &json!({ "locale": "xx" })).expect_problem(422, "invalid_field");
    ada.puts("/v1/auth/mail", &json!({ "locale": "de" })).expect(204);
    assert_eq!(ada.gets("/v1/auth/mail").expect(200), json!({ "locale": "de" }));
    let before = story.town.mails_to(&ada.email, 1).len();
    story.town.post(None, "/v1/auth/password/forgot", &json!({ "email": ada.email })).expect(202);
    let mails = story.town.mails_to(&ada.email, before + 1);
    assert!(mails.last().unwrap().contains("ein neues Passwort"), "{mails:?}");
}
