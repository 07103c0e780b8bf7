//! Acts of staff and the audit, when something has changed since the act was allowed.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::adapters::dynamo::{DynamoAudit, DynamoDirectory, DynamoModeration, DynamoOutbox, DynamoProfiles};
use shared::config::TableName;
use shared::domain::account::{Reason, Role, SanctionKind};
use shared::domain::audit::{Act, AuditEntry, Month};
use shared::domain::id::UserId;
use shared::domain::profile::{Field, Profile, ProfileDetails};
use shared::ports::candidates::Directory;
use shared::ports::moderation::{Audit, Enacted, Moderation};
use shared::ports::profiles::{Consequences, Profiles};

use super::{Hands, finish, table, today};
use crate::support::{Town, eventually};

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

#[test]
fn whose_ban_is_lifted_is_listed_as_if_they_had_just_edited() {
    let hands = Hands::at(today());
    let (accounts, profiles) = (table(TableName::Accounts), table(TableName::Profiles));
    let outbox = || DynamoOutbox::new(table(TableName::Outbox));
    let moderation = DynamoModeration::new(accounts, profiles.clone(), audit(), outbox());
    let (admin, subject) = (person(&hands, &[Role::Admin]), person(&hands, &[]));
    let said = json!({"name": "Ada", "field": "crafts", "experience_years": 5, "time_zone": "UTC"});
    let details = ProfileDetails::parse(&serde_json::from_value(said).unwrap()).unwrap();
    let profile = Profile::new(subject, details, hands.now());
    assert!(finish(DynamoProfiles::new(profiles.clone(), outbox()).save(&profile, &Consequences::default())).unwrap());
    let directory = DynamoDirectory::new(profiles);
    let edited_at = |since| {
        let lines = finish(directory.since(Field::Crafts, since, 1_000)).unwrap();
        lines.into_iter().find(|line| line.user_id == subject).map(|line| line.updated_at)
    };
    for (days, act) in [(1, Act::SanctionImposed { kind: SanctionKind::Ban, until: None }), (2, Act::SanctionLifted {})]
    {
        hands.moves_to(today() + Duration::from_hours(24 * days));
        let mut entry = entry(&hands, admin, subject, act);
        entry.reason = Some(Reason::parse("reason", "spam").unwrap());
        assert_eq!(finish(moderation.enact(&entry, Role::Admin, &[])).unwrap(), Enacted::Done);
    }
    let lifted_at = hands.now();
    eventually("the directory to tell", || edited_at(lifted_at).filter(|at| *at == lifted_at));
}
