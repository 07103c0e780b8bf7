//! Acts of staff and the audit, when something has changed since the act was allowed.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::adapters::dynamo::{DynamoAudit, DynamoModeration, DynamoOutbox};
use shared::config::TableName;
use shared::domain::account::Role;
use shared::domain::audit::{Act, AuditEntry, Month};
use shared::domain::id::UserId;
use shared::ports::moderation::{Audit, Enacted, Moderation};

use super::{Hands, finish, table, today};
use crate::support::Town;

fn audit() -> DynamoAudit {
    DynamoAudit::new(table(TableName::Ops), table(TableName::Accounts))
}

/// Somebody with an account and these roles.
fn person(hands: &Arc<Hands>, roles: &[Role]) -> UserId {
    let user_id = hands.ambient().id::<UserId>();
    let mut account = json!({
        "pk": { "S": format!("USER#{user_id}") }, "sk": { "S": "ACCOUNT" },
        "email": { "S": "ada@example.org" }, "state": { "S": "active" }, "created_at": { "S": hands.now().to_string() },
    });
    if !roles.is_empty() {
        account["roles"] = json!({ "SS": roles.iter().map(|role| role.as_str()).collect::<Vec<_>>() });
    }
    Town::peaceful().put_item("Accounts", &account);
    user_id
}

fn entry(hands: &Arc<Hands>, actor: UserId, subject_id: UserId, act: Act) -> AuditEntry {
    let ambient = hands.ambient();
    let (id, at) = (ambient.id(), hands.now());
    AuditEntry { id, at, actor_id: Some(actor), subject_id: Some(subject_id), act, reason: None, request_id: None }
}

fn rows_about(subject: UserId, hands: &Arc<Hands>) -> Vec<Value> {
    let rows = Town::peaceful().items("Ops", &format!("AUDIT#{}", Month::of(hands.now()).as_str()));
    rows.into_iter().filter(|row| row["subject_id"]["S"] == subject.to_string()).collect()
}

#[test]
fn sessions_are_ended_by_who_still_has_the_role_and_still_is_above() {
    let hands = Hands::at(today());
    let (accounts, profiles) = (table(TableName::Accounts), table(TableName::Profiles));
    let moderation = DynamoModeration::new(accounts, profiles, audit(), DynamoOutbox::new(table(TableName::Outbox)));
    let (admin, moderator) = (&[Role::Admin][..], &[Role::Moderator][..]);
    let cases = [
        (moderator, &[][..], Role::Moderator, true),
        (admin, moderator, Role::Admin, true),
        (&[], &[], Role::Moderator, false),
        (moderator, &[], Role::Admin, false),
        (moderator, moderator, Role::Moderator, false),
        (moderator, admin, Role::Moderator, false),
        (admin, admin, Role::Admin, false),
    ];
    for (roles, roles_of_subject, by, may) in cases {
        let (actor, subject) = (person(&hands, roles), person(&hands, roles_of_subject));
        let entry = entry(&hands, actor, subject, Act::SessionsEnded {});
        let enacted = finish(moderation.enact(&entry, by, &[])).unwrap();
        assert_eq!(enacted == Enacted::Done, may, "{roles:?} over {roles_of_subject:?} as {by:?}");
        assert_eq!(rows_about(subject, &hands).len(), usize::from(may), "nothing is noted that is not done");
    }
}

#[test]
fn an_entry_is_noted_once_and_never_replaced() {
    let hands = Hands::at(today());
    let (audit, subject) = (audit(), person(&hands, &[]));
    let first = entry(&hands, person(&hands, &[Role::Moderator]), subject, Act::AccountRead {});
    let forged = AuditEntry { actor_id: None, act: Act::SessionsEnded {}, ..first.clone() };
    for noted in [&first, &first, &forged] {
        finish(audit.note(noted)).unwrap();
    }
    let rows = rows_about(subject, &hands);
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["act"]["S"], "account.read");
}
