//! Staff: what they get to read, whom they sign out, and what is noted of both.

use serde_json::{Value, json};
use xtask::admin::Role;

use super::moderation::{audit_about, queue_about, report_path, staff};
use crate::support::{Fault, On, Person, Story};

/// Reports somebody in a conversation, and answers where staff reads the report.
fn reports(reporter: &Person<'_>, subject: &Person<'_>, place: Value, moderator: &Person<'_>) -> String {
    let mut body = json!({ "reason": "harassment" });
    body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
    reporter.posts(&report_path(subject), &body).expect(202);
    let queue = queue_about(moderator, subject);
    let own = queue.iter().find(|report| report["reporter_id"] == reporter.id).unwrap();
    format!("/v1/admin/reports/{}", own["report_id"].as_str().unwrap())
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
    let named = reports(&ada, &eve, message, &moderator);
    let whole = reports(&eve, &ada, json!({ "conversation_id": conversation }), &moderator);
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
        assert_eq!(unavailable(&reports(reporter, subject, place, &moderator)), expected);
    }
    let later = json!({ "conversation_id": conversation, "message_seq": 2 });
    assert_eq!(unavailable(&reports(&ada, &bob, later, &moderator)), Some(json!("no_such_message")));
}

#[test]
fn a_report_is_read_by_staff_alone_and_not_by_the_one_it_is_about() {
    let story = Story::in_peace();
    let (ada, max, conversation) = story.couple();
    let moderator = staff(&story, "Mo", Role::Moderator);
    xtask::admin::grant(&xtask::admin::LocalTables::of_stack(&story.town.stack), &max.email, Role::Moderator).unwrap();
    ada.says(&conversation, "a1", "hello");
    let path = reports(&ada, &max, json!({ "conversation_id": conversation }), &moderator);
    for person in [&ada, &max] {
        person.gets(&path).expect_problem(403, "forbidden");
    }
    max.posts(&format!("{path}/close"), &json!({ "decision": "dismissed", "note": "No" }))
        .expect_problem(403, "forbidden");
    assert_eq!(context(&moderator.gets(&path).expect(200)).len(), 1);
}

#[test]
fn what_cannot_be_noted_is_not_shown() {
    let story = Story::in_trouble();
    let (ada, eve, conversation) = story.couple();
    let moderator = staff(&story, "Mo", Role::Moderator);
    ada.says(&conversation, "a1", "not for everybody");
    let report = reports(&ada, &eve, json!({ "conversation_id": conversation }), &moderator);
    for path in [report] {
        story.town.faults().next(1_000, On::call("PutItem", &eve.id), Fault::Refuse);
        moderator.gets(&path).expect_problem(503, "unavailable");
        assert!(story.town.faults().befallen(&eve.id) > 0);
        story.town.faults().calm(&eve.id);
        moderator.gets(&path).expect(200);
    }
}
