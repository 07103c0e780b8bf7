//! Staff: what they get to read, whom they sign out, and what is noted of both.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use xtask::admin::{Revoked, Role, grant, revoke};
use xtask::deployment::LocalDeployment;

use super::moderation::{audit_about, queue_about, report_path, staff};
use crate::support::{Fault, On, Person, Story, eventually};

/// Reports somebody in a conversation, and answers where staff reads the report.
fn reports(reporter: &Person<'_>, subject: &Person<'_>, place: &Value, moderator: &Person<'_>) -> String {
    let mut body = json!({ "reason": "harassment" });
    body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    reporter.posts(&report_path(subject), &body).expect(202);
    let queue = queue_about(moderator, subject);
    let own = queue.iter().find(|report| report["reporter_id"] == reporter.id).unwrap();
    format!("/v1/admin/reports/{}", own["report_id"].as_str().unwrap())
}

fn sessions_path(person: &Person<'_>) -> String {
    format!("/v1/admin/users/{}/sessions", person.id)
}

/// The numbers of the messages in a report as it is read, each with its text.
fn context(report: &Value) -> Vec<(u64, String)> {
    let messages = report["context"].as_array().unwrap().iter();
    messages.map(|one| (one["seq"].as_u64().unwrap(), one["text"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn a_moderator_reads_what_a_report_is_about_and_the_audit_says_so() {
    let story = Story::in_peace();
    let (ada, eve, conversation) = story.couple();
    let (moderator, admin) = (staff(&story, "Mo", Role::Moderator), staff(&story, "Ann", Role::Admin));
    for n in 1..=14 {
        let speaker = if n == 8 { &eve } else { &ada };
        speaker.says(&conversation, &format!("m{n}"), &format!("message {n}"));
    }
    let message = json!({ "conversation_id": conversation, "message_seq": 8 });
    let named = reports(&ada, &eve, &message, &moderator);
    let whole = reports(&eve, &ada, &json!({ "conversation_id": conversation }), &moderator);
    assert!(queue_about(&moderator, &eve)[0].get("context").is_none(), "the queue shows no messages");

    // What the two no longer see themselves is still what the report is about.
    eve.blocks(&ada);
    ada.gets(&format!("/v1/conversations/{conversation}/messages")).expect_problem(404, "conversation_not_found");
    let answer = moderator.gets(&named);
    let request_id = answer.request_id.clone();
    let read = answer.expect(200);
    let said =
        |numbers: std::ops::RangeInclusive<u64>| -> Vec<_> { numbers.map(|n| (n, format!("message {n}"))).collect() };
    assert_eq!(context(&read), said(3..=13));
    assert_eq!((&read["subject_id"], &read["message_seq"]), (&json!(eve.id), &json!(8)));
    let senders: Vec<_> = read["context"].as_array().unwrap().iter().map(|one| &one["sender_id"]).collect();
    assert!(senders.iter().enumerate().all(|(n, id)| **id == if n == 5 { &*eve.id } else { &*ada.id }), "{read}");
    assert_eq!(context(&admin.gets(&whole).expect(200)), said(4..=14));

    let noted = audit_about(&admin, &eve);
    assert_eq!(noted.len(), 1, "{noted:?}");
    assert_eq!((&noted[0]["act"], &noted[0]["actor_id"]), (&json!("report.read"), &json!(moderator.id)));
    assert_eq!((&noted[0]["report_id"], noted[0]["request_id"].as_str()), (&read["report_id"], request_id.as_deref()));
    assert_eq!(audit_about(&admin, &ada)[0]["actor_id"], admin.id);

    moderator.posts(&format!("{named}/close"), &json!({ "decision": "upheld", "note": "Seen it" })).expect(204);
    moderator.gets(&named).expect_problem(404, "report_not_found");
}

#[test]
fn a_report_opens_nobody_elses_conversation() {
    let story = Story::in_peace();
    let (ada, bob, conversation) = story.couple();
    let (sam, moderator) = (story.resident("Sam"), staff(&story, "Mo", Role::Moderator));
    ada.says(&conversation, "a1", "for Bob alone");
    let unavailable = |path: &str| {
        let read = moderator.gets(path).expect(200);
        assert!(read.get("context").is_none() && !read.to_string().contains("for Bob alone"), "{read}");
        read.get("context_unavailable").cloned()
    };
    let here = json!({ "conversation_id": conversation, "message_seq": 1 });
    let elsewhere = json!({ "conversation_id": "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10" });
    // Neither does it help to be in it with somebody else than the one who is reported.
    for (reporter, subject, place) in
        [(&sam, &ada, here.clone()), (&sam, &bob, elsewhere), (&bob, &sam, here), (&ada, &sam, json!({}))]
    {
        let expected = (place != json!({})).then(|| json!("not_their_conversation"));
        assert_eq!(unavailable(&reports(reporter, subject, &place, &moderator)), expected);
    }
    let later = json!({ "conversation_id": conversation, "message_seq": 2 });
    assert_eq!(unavailable(&reports(&ada, &bob, &later, &moderator)), Some(json!("no_such_message")));
}

#[test]
fn neither_party_of_a_report_judges_it_or_sees_that_it_is_there() {
    let story = Story::in_peace();
    let (ada, max, conversation) = story.couple();
    let (eve, moderator) = (story.resident("Eve"), staff(&story, "Mo", Role::Moderator));
    ada.says(&conversation, "a1", "hello");
    // Between two reports that are none of Max's business are one about him and one of his.
    let first = reports(&ada, &eve, &json!({}), &moderator);
    let about = reports(&ada, &max, &json!({ "conversation_id": conversation }), &moderator);
    let own = reports(&max, &eve, &json!({}), &moderator);
    let last = reports(&eve, &ada, &json!({}), &moderator);
    for person in [&ada, &max] {
        person.gets(&about).expect_problem(403, "forbidden");
    }
    grant(&LocalDeployment::of_stack(&story.town.stack), &max.email, Role::Moderator).unwrap();
    let verdict = json!({ "decision": "dismissed", "note": "No" });
    let unknown = "/v1/admin/reports/0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10".to_owned();
    let told = [&about, &own, &unknown].map(|path| {
        let closing = max.posts(&format!("{path}/close"), &verdict).expect_problem(404, "report_not_found");
        let reading = max.gets(path).expect_problem(404, "report_not_found");
        [closing, reading].map(|problem| problem["detail"].clone())
    });
    assert!(told.iter().all(|details| *details == told[2]), "{told:?}");

    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let (hidden, mut after) = ([id(&about), id(&own)], id(&first));
    while after != id(&last) {
        let page = max.gets(&format!("/v1/admin/reports?limit=1&after={after}")).expect(200);
        let shown: Vec<_> = page["items"].as_array().unwrap().iter().map(|report| &report["report_id"]).collect();
        assert_eq!(shown, [&page["next_after"]], "a page that is neither full nor the last");
        page["next_after"].as_str().unwrap().clone_into(&mut after);
        assert!(!hidden.contains(&after), "{page}");
    }
    assert_eq!(context(&moderator.gets(&about).expect(200)).len(), 1);
    max.posts(&format!("{last}/close"), &verdict).expect(204);
}

#[test]
fn what_cannot_be_noted_is_not_shown() {
    let story = Story::in_trouble();
    let (ada, eve, conversation) = story.couple();
    let moderator = staff(&story, "Mo", Role::Moderator);
    ada.says(&conversation, "a1", "not for everybody");
    let report = reports(&ada, &eve, &json!({ "conversation_id": conversation }), &moderator);
    let [by_id, by_address] = [format!("/v1/admin/users/{}", eve.id), format!("/v1/admin/users?email={}", eve.email)];
    for path in [report, by_id, by_address] {
        let befallen = story.town.faults().befallen(&eve.id);
        story.town.faults().next(1_000, On::call("PutItem", &eve.id), Fault::Refuse);
        moderator.gets(&path).expect_problem(503, "unavailable");
        assert!(story.town.faults().befallen(&eve.id) > befallen);
        story.town.faults().calm(&eve.id);
        moderator.gets(&path).expect(200);
    }
}

#[test]
fn whom_staff_looks_up_is_in_the_audit_and_by_which_address_is_not() {
    let story = Story::in_peace();
    let (ada, nobody) = (story.newcomer("Ada"), Person::arrives(&story, "Nobody"));
    let (moderator, admin) = (staff(&story, "Mo", Role::Moderator), staff(&story, "Ann", Role::Admin));
    let by_address = moderator.gets(&format!("/v1/admin/users?email={}", ada.email.to_uppercase()));
    let by_id = admin.gets(&format!("/v1/admin/users/{}", ada.id));
    // Who is not found is nobody, and a registration that waits for its code is nobody yet.
    moderator.gets(&format!("/v1/admin/users?email={}", nobody.email)).expect_problem(404, "user_not_found");
    moderator.gets(&format!("/v1/admin/users/{}", nobody.id)).expect_problem(404, "user_not_found");
    let noted = audit_about(&admin, &ada);
    let requests: Vec<_> = noted.iter().map(|entry| (&entry["actor_id"], entry["request_id"].as_str())).collect();
    let expected = [(&moderator, &by_address), (&admin, &by_id)];
    let ids = expected.map(|(actor, _)| json!(actor.id));
    assert_eq!(requests, [(&ids[0], by_address.request_id.as_deref()), (&ids[1], by_id.request_id.as_deref())]);
    assert!(noted.iter().all(|entry| entry["act"] == "account.read" && !entry.to_string().contains('@')), "{noted:?}");
    for found in [by_address, by_id] {
        assert_eq!(found.expect(200)["email"], ada.email);
    }
    assert!(audit_about(&admin, &nobody).is_empty());
    nobody.confirms();
}

#[test]
fn an_operator_takes_a_role_away_and_the_audit_says_so() {
    let story = Story::in_peace();
    let (mo, ann) = (staff(&story, "Mo", Role::Moderator), staff(&story, "Ann", Role::Admin));
    let tables = LocalDeployment::of_stack(&story.town.stack);
    mo.gets("/v1/admin/reports").expect(200);
    assert_eq!(revoke(&tables, &mo.email, Role::Admin).unwrap(), Revoked::Never);
    mo.gets("/v1/admin/reports").expect(200);
    assert_eq!(revoke(&tables, &mo.email, Role::Moderator).unwrap(), Revoked::Now);
    mo.gets("/v1/admin/reports").expect_problem(403, "forbidden");
    assert_eq!(revoke(&tables, &mo.email, Role::Moderator).unwrap(), Revoked::Never);
    assert!(revoke(&tables, "nobody.at.all@example.org", Role::Moderator).is_err());
    let noted = audit_about(&ann, &mo);
    let acts: Vec<_> = noted.iter().map(|entry| (entry["act"].as_str().unwrap(), entry["role"].as_str())).collect();
    assert_eq!(acts, [("role.granted", Some("moderator")), ("role.removed", Some("moderator"))]);
    assert!(noted.iter().all(|entry| entry.get("actor_id").is_none()), "{noted:?}");
}

#[test]
fn the_audit_names_requests_as_the_logs_do_and_not_as_the_client_likes() {
    let story = Story::in_peace();
    let (ada, moderator) = (story.newcomer("Ada"), staff(&story, "Mo", Role::Moderator));
    let (chosen, path) = (format!("chosen-{}", ada.id), format!("/v1/admin/users/{}", ada.id));
    let answer = story.town.get_with(Some(&moderator.token()), &path, "x-request-id", &chosen);
    let noted = audit_about(&staff(&story, "Ann", Role::Admin), &ada);
    let request_id = noted[0]["request_id"].as_str().unwrap();
    assert_eq!(answer.request_id.as_deref(), Some(request_id));
    assert!(!request_id.contains("chosen"), "{noted:?}");
    let logs = story.town.logs_that_say("admin", &chosen);
    let line = logs.lines().find(|line| line.contains(&chosen)).unwrap();
    assert!(line.contains(request_id), "{line}");
    answer.expect(200);
}

#[test]
fn a_stolen_session_is_ended_and_its_owner_signs_in_again_at_once() {
    let story = Story::in_peace();
    let (ada, moderator) = (story.resident("Ada"), staff(&story, "Mo", Role::Moderator));
    let thief = ada.on_another_device();
    let mut sockets = [ada.connects(), thief.connects()];
    for person in [&ada, &thief] {
        person.gets("/v1/me").expect(200);
    }
    let ended = Instant::now();
    moderator.deletes(&sessions_path(&ada)).expect(204);
    for person in [&ada, &thief] {
        let body = json!({ "refresh_token": person.refresh_token() });
        story.town.post(None, "/v1/auth/refresh", &body).expect_problem(401, "session_ended");
    }
    let promised = ended + Duration::from_secs(2);
    eventually("the end of every cache", || (Instant::now() > promised).then_some(()));
    for person in [&ada, &thief] {
        person.gets("/v1/me").expect_problem(401, "session_ended");
    }
    for socket in &mut sockets {
        socket.is_closed();
    }
    assert!(ended.elapsed() < Duration::from_secs(10), "the sockets were closed after {:?}", ended.elapsed());
    ada.signs_in();
    ada.gets("/v1/me").expect(200);
    let noted = audit_about(&staff(&story, "Ann", Role::Admin), &ada);
    assert_eq!(noted.len(), 1, "{noted:?}");
    assert_eq!((&noted[0]["act"], &noted[0]["actor_id"]), (&json!("sessions.ended"), &json!(moderator.id)));
}

#[test]
fn sessions_are_ended_by_those_above_alone() {
    let story = Story::in_peace();
    let (ann, other) = (staff(&story, "Ann", Role::Admin), staff(&story, "Ada", Role::Admin));
    let (mo, max, eve) =
        (staff(&story, "Mo", Role::Moderator), staff(&story, "Max", Role::Moderator), story.newcomer("Eve"));
    for (actor, subject) in [(&ann, &other), (&ann, &ann), (&mo, &max), (&mo, &ann), (&mo, &mo), (&eve, &eve)] {
        actor.deletes(&sessions_path(subject)).expect_problem(403, "forbidden");
    }
    let nobody = Person::arrives(&story, "Nobody");
    ann.deletes(&sessions_path(&nobody)).expect_problem(404, "user_not_found");
    nobody.confirms();
    ann.deletes(&sessions_path(&max)).expect(204);
    max.signs_in();
    assert_eq!(audit_about(&ann, &other).len(), 1, "what was refused is not noted");
}
