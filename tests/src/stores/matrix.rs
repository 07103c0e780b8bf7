//! The matrix while several people edit and read it.

use std::sync::Arc;

use futures::future::join;
use serde_json::json;
use shared::adapters::dynamo::{DynamoAudit, DynamoMatrix};
use shared::config::TableName;
use shared::domain::account::Role;
use shared::domain::audit::{Act, AuditEntry};
use shared::domain::id::UserId;
use shared::domain::matching::{Edit, SkillPair, Statements};
use shared::ports::matrix::{Edited, Matrix, MatrixEditor};

use super::{Hands, finish, table, today};
use crate::support::Town;

fn matrix() -> DynamoMatrix {
    DynamoMatrix::new(table(TableName::Ops), DynamoAudit::new(table(TableName::Ops), table(TableName::Accounts)))
}

/// Somebody with an account and this role, if any.
fn person(hands: &Arc<Hands>, role: Option<Role>) -> UserId {
    let user_id = hands.ambient().id::<UserId>();
    let mut account = json!({
        "pk": { "S": format!("USER#{user_id}") }, "sk": { "S": "ACCOUNT" },
        "email": { "S": "ada@example.org" }, "state": { "S": "active" }, "created_at": { "S": hands.now().to_string() },
    });
    if let Some(role) = role {
        account["roles"] = json!({ "SS": [role.as_str()] });
    }
    Town::peaceful().put_item("Accounts", &account);
    user_id
}

fn entry(hands: &Arc<Hands>, actor: UserId, before: &Statements) -> AuditEntry {
    let act = Act::MatrixImported { statements: 1, version: before.version() + 1 };
    let (id, at) = (hands.ambient().id(), hands.now());
    AuditEntry { id, at, actor_id: Some(actor), subject_id: None, act, reason: None, request_id: None }
}

/// Two pairs that are always stated together.
fn twins(actor: UserId, percent: u32) -> [SkillPair; 2] {
    let tail = &actor.to_string()[24..];
    ["one", "two"].map(|twin| SkillPair::parse("rust", &format!("{twin} {tail}"), f64::from(percent) / 100.0).unwrap())
}

/// Makes the next version of whatever is there, however many others do the same.
async fn state(matrix: &DynamoMatrix, hands: &Arc<Hands>, actor: UserId, pairs: &[SkillPair]) -> u64 {
    loop {
        let before = matrix.statements().await.unwrap();
        let edits: Vec<_> = pairs.iter().cloned().map(Edit::State).collect();
        match matrix.edit(&before, &edits, &entry(hands, actor, &before)).await.unwrap() {
            Edited::Done => return before.version() + 1,
            Edited::Outrun => {}
            Edited::Refused => panic!("an admin was refused"),
        }
    }
}

#[test]
fn of_two_edits_of_one_version_one_is_made() {
    let (matrix, hands) = (matrix(), Hands::at(today()));
    let admin = person(&hands, Some(Role::Admin));
    let [one, two] = twins(admin, 30);
    finish(async {
        let before = matrix.statements().await.unwrap();
        state(&matrix, &hands, admin, &[one]).await;
        let late = [Edit::State(two.clone())];
        let edited = matrix.edit(&before, &late, &entry(&hands, admin, &before)).await.unwrap();
        assert_eq!(edited, Edited::Outrun);
        assert!(matrix.statements().await.unwrap().get(&two.key()).is_none());
        assert!(matrix.head().await.unwrap().matrix > before.version(), "every edit is a version");
    });
}

#[test]
fn who_is_no_admin_edits_nothing() {
    let (matrix, hands) = (matrix(), Hands::at(today()));
    for role in [None, Some(Role::Moderator)] {
        let actor = person(&hands, role);
        let [pair, _] = twins(actor, 30);
        finish(async {
            loop {
                let before = matrix.statements().await.unwrap();
                let edits = [Edit::State(pair.clone())];
                let edited = matrix.edit(&before, &edits, &entry(&hands, actor, &before)).await.unwrap();
                assert_ne!(edited, Edited::Done);
                if edited == Edited::Refused {
                    break;
                }
            }
            assert!(matrix.statements().await.unwrap().get(&pair.key()).is_none());
        });
    }
}

#[test]
fn a_reader_sees_one_version_whoever_edits_meanwhile() {
    let (matrix, hands) = (matrix(), Hands::at(today()));
    let admin = person(&hands, Some(Role::Admin));
    let edit = async {
        let mut version = 0;
        for percent in 1..=20 {
            version = state(&matrix, &hands, admin, &twins(admin, percent)).await;
        }
        version
    };
    let read = async {
        let mut last = 0;
        for _ in 0..40 {
            let statements = matrix.statements().await.unwrap();
            let [one, two] = twins(admin, 0).map(|pair| statements.get(&pair.key()).cloned());
            assert_eq!(one.as_ref().map(|one| one.pair.percent()), two.as_ref().map(|two| two.pair.percent()));
            for statement in one.into_iter().chain(two) {
                assert!(statement.version <= statements.version(), "a statement of a later version");
            }
            assert!(statements.version() >= last, "an older version after a newer one");
            last = statements.version();
        }
    };
    let (version, ()) = finish(join(edit, read));
    let statements = finish(matrix.statements()).unwrap();
    assert!(statements.version() >= version);
    assert_eq!(statements.get(&twins(admin, 0)[0].key()).map(|one| one.pair.percent()), Some(20));
}
