//! Staff: reports, suspensions, bans, roles, and what is noted of all of it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xtask::admin::{Role, grant};
use xtask::deployment::LocalDeployment;

use crate::support::{Circle, Person, Story, Town, eventually};

/// The first of a town, made as an operator makes them.
pub(super) fn staff<'s>(story: &'s Story, name: &str, role: Role) -> Person<'s> {
    let person = story.newcomer(name);
    grant(&LocalDeployment::of_stack(&story.town.stack), &person.email, role).unwrap();
    person
}

pub(super) fn sanction_path(person: &Person<'_>) -> String {
    format!("/v1/admin/users/{}/sanction", person.id)
}

fn role_path(person: &Person<'_>, role: &str) -> String {
    format!("/v1/admin/users/{}/roles/{role}", person.id)
}

pub(super) fn report_path(person: &Person<'_>) -> String {
    format!("/v1/profiles/{}/report", person.id)
}

/// Everything in the queue about somebody.
pub(super) fn queue_about(staff: &Person<'_>, subject: &Person<'_>) -> Vec<Value> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = staff.gets(&format!("/v1/admin/reports?limit=100{after}")).expect(200);
        let items = page["items"].as_array().unwrap().iter();
        found.extend(items.filter(|report| report["subject_id"] == subject.id).cloned());
        let Some(next) = page["next_after"].as_str() else { return found };
        after = format!("&after={next}");
    }
}

/// What the audit of this month says about somebody.
pub(super) fn audit_about(admin: &Person<'_>, subject: &Person<'_>) -> Vec<Value> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = admin.gets(&format!("/v1/admin/audit?limit=100{after}")).expect(200);
        let items = page["items"].as_array().unwrap().iter();
        found.extend(items.filter(|entry| entry["subject_id"] == subject.id).cloned());
        let Some(next) = page["next_after"].as_str() else { return found };
        after = format!("&after={next}");
    }
}

#[test]
fn a_report_leads_to_a_ban_that_holds_everywhere_within_seconds() {
    let story = Story::in_peace();
    let circle = Circle::of(&story);
    let (ada, eve, stranger) =
        (story.resident("Ada"), circle.member("Eve", &json!({})), circle.member("Sam", &json!({})));
    ada.likes(&eve);
    let conversation = eve.matches_with(&ada);
    let (moderator, admin) = (staff(&story, "Mo", Role::Moderator), staff(&story, "Ann", Role::Admin));
    assert_eq!(circle.names(&stranger, ""), ["Eve"]);

    let body =
        json!({ "reason": "harassment", "text": "Would not stop", "conversation_id": conversation, "message_seq": 1 });
    ada.posts(&report_path(&eve), &body).expect(202);
    ada.posts(&report_path(&eve), &json!({ "reason": "spam" })).expect(202);
    let queue = queue_about(&moderator, &eve);
    assert_eq!(queue.len(), 1, "one report per person and day: {queue:?}");
    assert_eq!((&queue[0]["reporter_id"], &queue[0]["message_seq"]), (&json!(ada.id), &json!(1)));

    let close = format!("/v1/admin/reports/{}/close", queue[0]["report_id"].as_str().unwrap());
    moderator.posts(&close, &json!({ "decision": "upheld", "note": "Seen it" })).expect(204);
    moderator
        .posts(&close, &json!({ "decision": "dismissed", "note": "Twice" }))
        .expect_problem(404, "report_not_found");
    assert!(queue_about(&moderator, &eve).is_empty());

    let (mut socket, refresh) = (eve.connects(), eve.refresh_token());
    eve.gets("/v1/me").expect(200);
    let started = Instant::now();
    moderator.puts(&sanction_path(&eve), &json!({ "kind": "ban", "reason": "Harassment" })).expect(204);
    socket.is_closed();
    let closed = started.elapsed();
    let promised = started + Duration::from_secs(2);
    eventually("the end of every cache", || (Instant::now() > promised).then_some(()));
    eve.gets("/v1/me").expect_problem(401, "session_ended");
    eprintln!("the socket of a banned person was closed after {closed:?}");
    assert!(closed < Duration::from_secs(10), "{closed:?}");

    story
        .town
        .post(None, "/v1/auth/refresh", &json!({ "refresh_token": refresh }))
        .expect_problem(401, "session_ended");
    eve.tries_to_sign_in("not the password").expect_problem(401, "invalid_credentials");
    eve.tries_to_sign_in(crate::support::PASSWORD).expect_problem(403, "account_suspended");
    assert_eq!(circle.names(&stranger, ""), [""; 0]);
    for path in [format!("/v1/matches/{}", eve.id), format!("/v1/profiles/{}", eve.id)] {
        for person in [&ada, &stranger] {
            person.gets(&path).expect_problem(404, "profile_not_found");
        }
    }
    stranger.tries_to_like(&eve).expect_problem(404, "profile_not_found");

    moderator.deletes(&sanction_path(&eve)).expect(204);
    eve.signs_in();
    assert_eq!(circle.names(&stranger, ""), ["Eve"]);
    let audit = audit_about(&admin, &eve);
    let acts: Vec<_> = audit.iter().map(|entry| entry["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["report.closed", "sanction.imposed", "sanction.lifted"]);
    assert!(
        audit.iter().all(|entry| entry["actor_id"] == moderator.id && entry["request_id"].is_string()),
        "{audit:?}"
    );
    assert_eq!((&audit[0]["decision"], &audit[0]["reason"]), (&json!("upheld"), &json!("Seen it")));
    assert_eq!((&audit[1]["kind"], &audit[1]["reason"]), (&json!("ban"), &json!("Harassment")));
}

#[test]
fn a_suspension_ends_by_itself() {
    let story = Story::in_peace();
    let (ada, eve) = (story.resident("Ada"), story.resident("Eve"));
    let moderator = staff(&story, "Mo", Role::Moderator);
    let suspend = |until: Value| {
        moderator.puts(&sanction_path(&eve), &json!({ "kind": "suspension", "reason": "Cool down", "until": until }))
    };
    for wrong in [Value::Null, json!("2020-01-01T00:00:00Z"), json!("9000-01-01T00:00:00Z")] {
        assert_eq!(suspend(wrong).expect_problem(422, "invalid_field")["field"], "until");
    }
    eve.gets("/v1/me").expect(200);
    let until = xtask::calendar::rfc3339(u64::try_from(now().as_millis()).unwrap() + 3_600_000);
    suspend(json!(until)).expect(204);
    eve.tries_to_sign_in(crate::support::PASSWORD).expect_problem(403, "account_suspended");
    assert!(!ada.is_shown(&eve));
    let seen = moderator.gets(&format!("/v1/admin/users?email={}", eve.email)).expect(200);
    assert_eq!((&seen["user_id"], &seen["sanction"]["kind"]), (&json!(eve.id), &json!("suspension")));

    // The hour passes.
    let key = format!("USER#{}", eve.id);
    let past = json!({ "S": "2026-01-01T00:00:00.000Z" });
    let mut account = story.town.item("Accounts", &key, "ACCOUNT").unwrap();
    account["sanction"]["M"]["until"] = past.clone();
    story.town.put_item("Accounts", &account);
    let mut profile = story.town.item("Profiles", &key, "PROFILE").unwrap();
    profile["hidden_until"] = past;
    story.town.put_item("Profiles", &profile);
    eve.signs_in();
    assert!(ada.is_shown(&eve));
    eve.writes_profile(&Person::profile("Eve"));
}

pub(super) fn now() -> Duration {
    std::time::UNIX_EPOCH.elapsed().unwrap()
}

#[test]
fn who_has_no_profile_yet_does_not_slip_through() {
    let story = Story::in_peace();
    let (ada, eve) = (story.resident("Ada"), story.newcomer("Eve"));
    let moderator = staff(&story, "Mo", Role::Moderator);
    // A function that has seen the session a moment ago may believe in it for two seconds.
    eve.gets("/v1/me").expect_problem(404, "profile_not_found");
    moderator.puts(&sanction_path(&eve), &json!({ "kind": "ban", "reason": "Spam" })).expect(204);
    let mark = story.town.item("Profiles", &format!("USER#{}", eve.id), "PROFILE").unwrap();
    assert_eq!(mark["hidden_until"]["S"], "9999-12-31T23:59:59.000Z");
    assert_ne!(eve.puts("/v1/me", &Person::profile("Eve")).status, 200);
    ada.gets(&format!("/v1/profiles/{}", eve.id)).expect_problem(404, "profile_not_found");
    moderator.deletes(&sanction_path(&eve)).expect(204);
    eve.signs_in();
    eve.gets("/v1/me").expect_problem(404, "profile_not_found");
    eve.writes_profile(&Person::profile("Eve"));
    assert!(ada.is_shown(&eve));
}

#[test]
fn only_staff_gets_in_and_each_only_as_far_as_their_role() {
    let story = Story::in_peace();
    let (ada, moderator) = (story.newcomer("Ada"), staff(&story, "Mo", Role::Moderator));
    let ban = json!({ "kind": "ban", "reason": "Because" });
    let close = "/v1/admin/reports/0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10/close";
    let close_body = json!({ "decision": "upheld", "note": "Because" });
    let find = format!("/v1/admin/users?email={}", ada.email);
    let read = format!("/v1/admin/users/{}", ada.id);
    for path in [find.as_str(), &read, "/v1/admin/reports", "/v1/admin/audit"] {
        ada.gets(path).expect_problem(403, "forbidden");
        story.town.get(None, path).expect_problem(401, "unauthenticated");
    }
    ada.puts(&sanction_path(&moderator), &ban).expect_problem(403, "forbidden");
    ada.deletes(&sanction_path(&moderator)).expect_problem(403, "forbidden");
    ada.posts(close, &close_body).expect_problem(403, "forbidden");
    for person in [&ada, &moderator] {
        person.puts(&role_path(&ada, "admin"), &json!({})).expect_problem(403, "forbidden");
        person.deletes(&role_path(&moderator, "moderator")).expect_problem(403, "forbidden");
        person.gets("/v1/admin/audit").expect_problem(403, "forbidden");
    }
    moderator.gets(&find).expect(200);
    moderator.gets(&read).expect(200);
    moderator.gets("/v1/admin/users?email=nobody.at.all@example.org").expect_problem(404, "user_not_found");
    moderator.posts(close, &close_body).expect_problem(404, "report_not_found");
}

#[test]
fn roles_are_granted_and_removed_by_admins_and_hold_at_once() {
    let story = Story::in_peace();
    let (ann, bea) = (staff(&story, "Ann", Role::Admin), story.newcomer("Bea"));
    bea.gets("/v1/admin/reports").expect_problem(403, "forbidden");
    ann.puts(&role_path(&bea, "moderator"), &json!({})).expect(204);
    ann.puts(&role_path(&bea, "moderator"), &json!({})).expect(204);
    bea.gets("/v1/admin/reports").expect(200);
    ann.deletes(&role_path(&bea, "moderator")).expect(204);
    ann.deletes(&role_path(&bea, "moderator")).expect(204);
    bea.gets("/v1/admin/reports").expect_problem(403, "forbidden");
    ann.puts(&role_path(&bea, "emperor"), &json!({})).expect_problem(422, "invalid_field");
    let acts: Vec<_> = audit_about(&ann, &bea).iter().map(|entry| entry["act"].clone()).collect();
    assert_eq!(acts, ["role.granted", "role.removed"], "what changes nothing is not noted");

    // Nobody changes their own roles: of several admins one is always left.
    ann.deletes(&role_path(&ann, "admin")).expect_problem(403, "forbidden");
    let first = audit_about(&ann, &ann);
    assert_eq!((first[0]["act"].as_str(), first[0]["role"].as_str()), (Some("role.granted"), Some("admin")));
    assert!(first[0].get("actor_id").is_none(), "an operator did it: {first:?}");
}

#[test]
fn of_two_admins_who_depose_each_other_at_once_one_is_left() {
    let story = Story::in_peace();
    let admins = [staff(&story, "Ann", Role::Admin), staff(&story, "Bea", Role::Admin)];
    let removed = Town::at_once(2, |n| admins[n].deletes(&role_path(&admins[1 - n], "admin")).status);
    assert_eq!(removed.iter().filter(|status| **status == 204).count(), 1, "{removed:?}");
    let left = admins.iter().filter(|admin| admin.gets("/v1/admin/audit").status == 200).count();
    assert_eq!(left, 1, "{removed:?}");
}

#[test]
fn nobody_sanctions_themselves_their_equals_or_those_above() {
    let story = Story::in_peace();
    let (ann, other) = (staff(&story, "Ann", Role::Admin), staff(&story, "Ada", Role::Admin));
    let (mo, max) = (staff(&story, "Mo", Role::Moderator), staff(&story, "Max", Role::Moderator));
    let ban = json!({ "kind": "ban", "reason": "Because" });
    for (actor, subject) in [(&ann, &ann), (&ann, &other), (&mo, &mo), (&mo, &max), (&mo, &ann)] {
        actor.puts(&sanction_path(subject), &ban).expect_problem(403, "forbidden");
        actor.deletes(&sanction_path(subject)).expect_problem(403, "forbidden");
    }
    ann.puts(&sanction_path(&max), &ban).expect(204);
    max.tries_to_sign_in(crate::support::PASSWORD).expect_problem(403, "account_suspended");
    ann.puts(&role_path(&max, "admin"), &json!({})).expect_problem(403, "forbidden");
    mo.deletes(&sanction_path(&max)).expect_problem(403, "forbidden");
    ann.deletes(&sanction_path(&max)).expect(204);
    max.signs_in();
}

#[test]
fn a_role_in_a_body_is_refused_and_does_nothing() {
    let story = Story::in_peace();
    let (ada, admin) = (story.newcomer("Ada"), staff(&story, "Ann", Role::Admin));
    let mut profile = Person::profile("Ada");
    let plants = [("roles", json!(["admin"])), ("role", json!("admin")), ("hidden_until", Value::Null)];
    for (field, value) in plants {
        profile[field] = value.clone();
        ada.puts("/v1/me", &profile).expect_problem(400, "malformed_body");
        profile.as_object_mut().unwrap().remove(field);
        let mut login = json!({ "email": ada.email, "password": crate::support::PASSWORD });
        login[field] = value.clone();
        story.town.post(None, "/v1/auth/login", &login).expect_problem(400, "malformed_body");
        let mut register = json!({ "email": "role.hunter@example.org", "password": crate::support::PASSWORD });
        register[field] = value.clone();
        story.town.post(None, "/v1/auth/register", &register).expect_problem(400, "malformed_body");
        let mut refresh = json!({ "refresh_token": ada.refresh_token() });
        refresh[field] = value;
        story.town.post(None, "/v1/auth/refresh", &refresh).expect_problem(400, "malformed_body");
    }
    ada.gets("/v1/admin/reports").expect_problem(403, "forbidden");
    let seen = admin.gets(&format!("/v1/admin/users/{}", ada.id)).expect(200);
    assert_eq!(seen["roles"], json!([]));
}

#[test]
fn reports_are_for_people_one_has_to_do_with() {
    let story = Story::in_peace();
    let (ada, eve, _) = story.couple();
    let moderator = staff(&story, "Mo", Role::Moderator);
    // Blocking somebody first is no way to escape their report.
    eve.blocks(&ada);
    ada.posts(&report_path(&eve), &json!({ "reason": "harassment" })).expect(202);
    assert_eq!(queue_about(&moderator, &eve).len(), 1);
    let (sam, hidden) = (story.resident("Sam"), story.resident("Hal"));
    let mut profile = Person::profile("Hal");
    profile["visible"] = json!(false);
    hidden.writes_profile(&profile);
    sam.posts(&report_path(&hidden), &json!({ "reason": "spam" })).expect_problem(404, "profile_not_found");
    sam.posts(&report_path(&sam), &json!({ "reason": "spam" })).expect_problem(422, "invalid_field");
    sam.posts(&report_path(&ada), &json!({ "reason": "boring" })).expect_problem(422, "invalid_field");
    let lost = sam.posts(&report_path(&ada), &json!({ "reason": "spam", "message_seq": 1, "text": "x".repeat(1_001) }));
    assert_eq!(lost.expect_problem(422, "invalid_field")["errors"].as_array().unwrap().len(), 2);
}
