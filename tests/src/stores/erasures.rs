//! Erasures that a backup takes back: whoever was erased since is erased again, and nobody else.

use restore::Into;
use serde_json::{Value, json};
use shared::domain::backup::TableKind;
use shared::domain::erasure::ledger_key;
use shared::domain::id::UserId;

use super::{Hands, today};
use crate::support::{Archive, Town};

const DAY: &str = "2026-11-26";
/// How many steps a tombstone has behind it.
const ALL: u32 = 18;

fn id() -> UserId {
    Hands::at(today()).ambient().id()
}

fn archive() -> Archive {
    Archive::at(Town::peaceful().stack.endpoint(), &format!("e{}", id()))
}

fn key(pk: &str, user_id: UserId, sk: &str) -> Value {
    json!({ "pk": { "S": format!("{pk}#{user_id}") }, "sk": { "S": sk } })
}

fn with(mut item: Value, name: &str, value: Value) -> Value {
    item[name] = value;
    item
}

/// Whoever is in the ledger, and in the backup with an account and a profile.
fn comes_back(archive: &Archive, user_id: UserId) {
    let account = with(key("USER", user_id, "ACCOUNT"), "state", json!({ "S": "active" }));
    archive.put(TableKind::Accounts, &account);
    archive.put(TableKind::Profiles, &with(key("USER", user_id, "PROFILE"), "version", json!({ "N": "4" })));
    is_in_the_ledger(archive, user_id);
}

fn is_in_the_ledger(archive: &Archive, user_id: UserId) {
    archive.client.put_object(&archive.bucket, &ledger_key(user_id), b"{}".to_vec()).unwrap();
}

fn tombstone(archive: &Archive, user_id: UserId, done: u32, moved_at: &str) {
    let mut item = key("ERASED", user_id, "ERASURE");
    for (name, value) in [("begun_at", "2026-11-20T00:00:00.000Z"), ("moved_at", moved_at)] {
        item[name] = json!({ "S": value });
    }
    archive.put(TableKind::Accounts, &with(item, "done", json!({ "N": done.to_string() })));
}

fn of(items: &[Value], user_id: UserId, sk: &str) -> Option<Value> {
    let is_it =
        |item: &&Value| item["pk"]["S"].as_str().unwrap().ends_with(&user_id.to_string()) && item["sk"]["S"] == sk;
    items.iter().find(is_it).cloned()
}

#[test]
fn whoever_was_erased_after_the_backup_is_erased_again_and_nobody_else() {
    let (archive, fresh) = (archive(), archive());
    let [ada, bob, cleo, dan] = [id(), id(), id(), id()];
    comes_back(&archive, ada);
    // Bob was gone before, Cleo's erasure had begun, and Dan has no erasure at all.
    is_in_the_ledger(&archive, bob);
    tombstone(&archive, bob, ALL, "2026-11-21T00:00:00.000Z");
    comes_back(&archive, cleo);
    tombstone(&archive, cleo, 5, "2026-11-21T00:00:00.000Z");
    archive.put(TableKind::Accounts, &with(key("USER", dan, "ACCOUNT"), "state", json!({ "S": "active" })));
    archive.backs_up(DAY);

    let stack = fresh.as_stack();
    fresh.create(&stack.outbox);
    let mut order = archive.order(DAY, Into::Existing(stack.clone()));
    order.dry_run = true;
    let told = archive.restores(&order).unwrap();
    // In a stack without tombstones everybody of the ledger may be back.
    assert_eq!(told.last().unwrap(), "erasures: 3 people who may have come back would be erased again");
    assert!(fresh.items(&stack.outbox).is_empty());

    order.dry_run = false;
    for again in 0..2 {
        let told = archive.restores(&order).unwrap();
        assert_eq!(told.last().unwrap(), "erasures: 2 people who may have come back are being erased again", "{again}");
    }
    let (accounts, profiles) = (&stack.tables[&TableKind::Accounts], &stack.tables[&TableKind::Profiles]);
    let (accounts, profiles) = (fresh.items(accounts), fresh.items(profiles));
    for user_id in [ada, cleo] {
        assert_eq!(of(&accounts, user_id, "ACCOUNT").unwrap()["state"]["S"], "erasing");
        let tombstone = of(&accounts, user_id, "ERASURE").unwrap();
        assert_eq!((&tombstone["done"]["N"], tombstone.get("expires_at")), (&json!("0"), None));
        let profile = of(&profiles, user_id, "PROFILE").unwrap();
        assert!(profile["hidden_until"].is_object() && profile["version"]["N"] != "4", "{profile}");
    }
    assert_eq!(of(&accounts, bob, "ERASURE").unwrap()["done"]["N"], ALL.to_string());
    assert_eq!((of(&accounts, bob, "ACCOUNT"), of(&profiles, bob, "PROFILE")), (None, None));
    assert_eq!(of(&accounts, dan, "ACCOUNT").unwrap()["state"]["S"], "active");
    let promises = fresh.items(&stack.outbox);
    let about = |user_id: UserId| promises.iter().filter(|row| row.to_string().contains(&user_id.to_string())).count();
    assert_eq!([ada, bob, cleo, dan].map(about), [2, 0, 2, 0], "{promises:?}");
}

#[test]
fn what_is_in_the_ledger_and_names_nobody_is_not_passed_over() {
    let archive = archive();
    archive.client.put_object(&archive.bucket, "erasures/v1/ada.json", b"{}".to_vec()).unwrap();
    archive.backs_up(DAY);
    let order = archive.order(DAY, Into::New(format!("{}-r", archive.bucket)));
    let refused = archive.restores(&order).unwrap_err().to_string();
    assert!(refused.contains("erasures/v1/ada.json") && refused.contains("what to do"), "{refused}");
}
