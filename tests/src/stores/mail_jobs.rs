//! Marks of mails, when a sender vanishes.

use serde_json::json;
use shared::adapters::dynamo::{DynamoMailJobs, DynamoOutbox};
use shared::config::TableName;
use shared::domain::digest::DigestCounts;
use shared::domain::id::UserId;
use shared::domain::outbox::{Effect, MailKind, OutboxEntry};
use shared::ports::mail::{Claim, MailJobs, REMEMBERED_FOR};

use super::{Hands, finish, table, today};
use crate::support::Town;

fn jobs() -> DynamoMailJobs {
    DynamoMailJobs::new(table(TableName::Ops), DynamoOutbox::new(table(TableName::Outbox)))
}

fn entry(kind: MailKind) -> OutboxEntry {
    let ambient = Hands::at(today()).ambient();
    let user_id = ambient.id::<UserId>();
    let digest = Effect::digest(user_id, DigestCounts::default());
    ambient.promise(if kind == MailKind::Digest { digest } else { Effect::mail(kind, user_id) })
}

fn claims(entry: &OutboxEntry) -> Claim {
    finish(jobs().claim(entry)).unwrap()
}

/// As if whoever has claimed the mail had not been heard of since.
fn vanishes(entry: &OutboxEntry) {
    let town = Town::peaceful();
    let mut mark = town.item("Ops", &format!("MAIL#{}", entry.id), "MARK").unwrap();
    mark["claimed_until"] = json!({ "S": today().to_string() });
    town.put_item("Ops", &mark);
}

#[test]
fn a_mail_whose_sender_vanished_is_sent_again_unless_it_is_a_digest() {
    for (kind, claim) in [(MailKind::PasswordChanged, Claim::Again), (MailKind::Digest, Claim::Abandoned)] {
        let entry = entry(kind);
        assert_eq!((claims(&entry), claims(&entry)), (Claim::Granted, Claim::Held), "{kind:?}");
        vanishes(&entry);
        assert_eq!(claims(&entry), claim, "{kind:?}");
    }
    // Whoever takes over holds it as the first one did.
    let entry = entry(MailKind::Reset);
    claims(&entry);
    vanishes(&entry);
    assert_eq!((claims(&entry), claims(&entry)), (Claim::Again, Claim::Held));
}

#[test]
fn what_was_given_back_is_free_and_what_is_done_stays_done() {
    for kind in [MailKind::PasswordChanged, MailKind::Digest] {
        let entry = entry(kind);
        assert_eq!(claims(&entry), Claim::Granted);
        finish(jobs().release(&entry)).unwrap();
        assert_eq!(claims(&entry), Claim::Granted, "{kind:?}");
        finish(jobs().done(&entry)).unwrap();
        vanishes(&entry);
        assert_eq!(claims(&entry), Claim::Sent, "{kind:?}");
    }
}

#[test]
fn a_mark_that_has_lapsed_stands_in_nobodys_way_until_it_is_deleted() {
    let (town, entry) = (Town::peaceful(), entry(MailKind::PasswordChanged));
    assert_eq!(claims(&entry), Claim::Granted);
    finish(jobs().done(&entry)).unwrap();
    let mut mark = town.item("Ops", &format!("MAIL#{}", entry.id), "MARK").unwrap();
    let ends: u64 = mark["expires_at"]["N"].as_str().unwrap().parse().unwrap();
    assert!(ends.abs_diff((today() + REMEMBERED_FOR).unix_seconds()) < 3_600, "{mark}");
    mark["expires_at"]["N"] = json!((today().unix_seconds() - 1).to_string());
    town.put_item("Ops", &mark);
    assert_eq!((claims(&entry), claims(&entry)), (Claim::Granted, Claim::Held));
}
