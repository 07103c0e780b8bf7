//! What admins do about work that failed for good.

use std::time::UNIX_EPOCH;

use serde_json::{Value, json};
use shared::domain::dead_letter::DeadLetterQueue;
use shared::domain::id::{ConversationId, Id, OutboxId, UserId};
use shared::domain::outbox::{Effect, MailKind, OutboxEntry, PushEffect};
use shared::domain::time::Timestamp;
use xtask::admin::Role;

use super::moderation::staff;
use crate::support::{Dead, Person, Story, eventually};

const PATH: &str = "/v1/admin/dead-letters";

/// As if a mail to somebody who is gone had failed five times, whatever the reason was.
fn fails_for_good(story: &Story, count: usize) {
    for n in 0..count {
        let chance = [u8::try_from(n).unwrap(); 10];
        let effect = Effect::mail(MailKind::PasswordChanged, UserId::from_parts(now(), chance));
        rests_in(story, "MailDeadLetterQueueUrl", &promised(effect, chance));
    }
}

/// As if a message of a conversation that is gone had not been delivered five times. Its promise is in the outbox, from where
/// sweeps bring it again, and the stream does not.
fn is_not_delivered(story: &Story, n: u8) -> OutboxEntry {
    let conversation_id = ConversationId::from_parts(now(), [n; 10]);
    let message = PushEffect::MessageNew { conversation_id, first: 1, last: 1, left: None };
    let entry = promised(Effect::Push(message), [n; 10]);
    let row = json!({
        "pk": { "S": partition(&entry) }, "sk": { "S": entry.id.to_string() }, "id": { "S": entry.id.to_string() },
        "created_at": { "S": entry.created_at.to_string() }, "kind": { "S": "message.new" },
        "conversation_id": { "S": conversation_id.to_string() }, "first": { "N": "1" }, "last": { "N": "1" },
    });
    story.town.put_item("Outbox", &row);
    rests_in(story, "PushDeadLetterQueueUrl", &entry);
    entry
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(UNIX_EPOCH.elapsed().unwrap().as_secs())
}

fn promised(effect: Effect, chance: [u8; 10]) -> OutboxEntry {
    OutboxEntry { id: OutboxId::from_parts(now(), chance), created_at: now(), request_id: None, effect }
}

fn rests_in(story: &Story, queue: &str, entry: &OutboxEntry) {
    let url = story.town.stack.output(queue).unwrap();
    let message = json!({ "QueueUrl": url, "MessageBody": serde_json::to_string(entry).unwrap() });
    story.town.stack.client().json("sqs", "AmazonSQS.SendMessage", &message).unwrap();
}

fn partition(entry: &OutboxEntry) -> String {
    format!("DUE#{}#{}", entry.minute(), entry.shard())
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

#[test]
fn what_is_discarded_is_given_up_and_does_not_come_again_by_itself() {
    let story = Story::alone();
    let admin = staff(&story, "Root", Role::Admin);
    let [by_admin, by_operator, kept] = [1, 2, 3].map(|n| is_not_delivered(&story, n));
    let is_promised =
        |entry: &OutboxEntry| story.town.item("Outbox", &partition(entry), &entry.id.to_string()).is_some();
    let dead = Dead::of(&story.town.stack);
    let letters = dead.shown("push", 10);
    let letter = |entry: &OutboxEntry| {
        let (message_id, _) = letters.iter().find(|(_, body)| body.contains(&entry.id.to_string())).unwrap();
        message_id.as_str()
    };
    admin.deletes(&format!("{PATH}/push/{}", letter(&by_admin))).expect(204);
    dead.discards("push", letter(&by_operator)).unwrap();
    assert_eq!([&by_admin, &by_operator, &kept].map(is_promised), [false, false, true]);
    assert_eq!(dead.puts_back("push", 10).unwrap(), 1);
    eventually("the one that was kept to be dealt with", || (!is_promised(&kept)).then_some(()));
}
