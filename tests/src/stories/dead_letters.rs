//! What admins do about work that failed for good.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};
use shared::domain::dead_letter::DeadLetterQueue;
use shared::domain::id::{Id, OutboxId, UserId};
use shared::domain::outbox::{Effect, MailKind, OutboxEntry};
use shared::domain::time::Timestamp;
use xtask::admin::Role;

use super::moderation::staff;
use crate::support::{Dead, Person, Story, eventually};

const PATH: &str = "/v1/admin/dead-letters";

/// As if a mail to somebody who is gone had failed five times, whatever the reason was.
fn fails_for_good(story: &Story, count: usize) {
    let url = story.town.stack.output("MailDeadLetterQueueUrl").unwrap();
    let now = Timestamp::from_unix_seconds(UNIX_EPOCH.elapsed().unwrap().as_secs());
    for n in 0..count {
        let chance = [u8::try_from(n).unwrap(); 10];
        let effect = Effect::mail(MailKind::PasswordChanged, UserId::from_parts(now, chance));
        let entry = OutboxEntry { id: OutboxId::from_parts(now, chance), created_at: now, request_id: None, effect };
        let message = json!({ "QueueUrl": url, "MessageBody": serde_json::to_string(&entry).unwrap() });
        story.town.stack.client().json("sqs", "AmazonSQS.SendMessage", &message).unwrap();
    }
}

fn rests(admin: &Person<'_>, queue: &str) -> u64 {
    let queues = admin.gets(PATH).expect(200);
    let queues = queues["items"].as_array().unwrap();
    assert_eq!(queues.len(), DeadLetterQueue::ALL.len());
    queues.iter().find(|line| line["queue"] == queue).unwrap()["messages"].as_u64().unwrap()
}

fn noted(admin: &Person<'_>, act: &str) -> usize {
    let mut page = admin.gets("/v1/admin/audit?limit=100").expect(200);
    let mut found = 0;
    loop {
        let is_it = |entry: &&Value| entry["act"] == act && entry["actor_id"] == admin.id && entry["queue"] == "mail";
        found += page["items"].as_array().unwrap().iter().filter(is_it).count();
        let Some(after) = page["next_after"].as_str() else { return found };
        page = admin.gets(&format!("/v1/admin/audit?limit=100&after={after}")).expect(200);
    }
}

#[test]
fn an_admin_sees_what_failed_and_has_it_done_again() {
    let story = Story::alone();
    let (admin, moderator) = (staff(&story, "Root", Role::Admin), staff(&story, "Mod", Role::Moderator));
    moderator.gets(PATH).expect_problem(403, "forbidden");
    moderator.posts(&format!("{PATH}/mail/redrive"), &json!({})).expect_problem(403, "forbidden");
    assert_eq!(rests(&admin, "mail"), 0);
    fails_for_good(&story, 12);
    assert_eq!(rests(&admin, "mail"), 12);
    for _ in 0..2 {
        let shown = admin.gets(&format!("{PATH}/mail?limit=12")).expect(200);
        let shown = shown["items"].as_array().unwrap();
        assert_eq!(shown.len(), 12, "looking takes nothing away");
        assert!(shown[0]["body"].as_str().unwrap().contains("mail."), "{}", shown[0]);
    }
    assert_eq!(admin.gets(&format!("{PATH}/mail?limit=3")).expect(200)["items"].as_array().unwrap().len(), 3);
    admin.gets(&format!("{PATH}/letters")).expect_problem(422, "invalid_field");

    // The operator sees the same.
    let dead = Dead::of(&story.town.stack);
    let names: Vec<String> = dead.piles().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, DeadLetterQueue::ALL.map(DeadLetterQueue::as_str), "every queue of the template, and no other");
    let letters = dead.shown("mail", 12);
    assert_eq!((dead.pile("mail"), letters.len()), (12, 12));

    // Two of them will never be done.
    let one = format!("{PATH}/mail/{}", letters[5].0);
    moderator.deletes(&one).expect_problem(403, "forbidden");
    admin.deletes(&one).expect(204);
    admin.deletes(&one).expect_problem(404, "dead_letter_not_found");
    dead.discards("mail", &letters[7].0).unwrap();
    assert!(dead.discards("mail", &letters[7].0).is_err());
    assert_eq!(noted(&admin, "dead-letter.discarded"), 1, "what was gone already was not discarded");

    let redriven = admin.posts(&format!("{PATH}/mail/redrive"), &json!({})).expect(200);
    assert_eq!((&redriven["redriven"], &redriven["left"]), (&json!(10), &json!(0)));
    eventually("the mails to be dealt with", || {
        let queues = story.town.stack.queue_depths().unwrap();
        queues.iter().all(|queue| !queue.name.contains("Mail") || queue.visible + queue.hidden == 0).then_some(())
    });
    assert_eq!((noted(&admin, "dead-letters.read"), noted(&admin, "dead-letters.redriven")), (3, 1));
}
