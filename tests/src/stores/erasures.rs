//! Erasures that a backup takes back: whoever was erased since is erased again, and nobody else.

use std::time::Duration;

use operator::{Into, Repetition};
use serde_json::{Value, json};
use shared::domain::backup::TableKind;
use shared::domain::email::EmailAddress;
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
    assert_eq!(
        told.last().unwrap(),
        "erasures: 3 people who may have come back would be erased again, of 3 whom the ledger names"
    );
    assert!(fresh.items(&stack.outbox).is_empty());

    order.dry_run = false;
    for again in 0..2 {
        let told = archive.restores(&order).unwrap();
        assert_eq!(
            told.last().unwrap(),
            "erasures: 2 people who may have come back are being erased again, of 3 whom the ledger names",
            "{again}"
        );
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

/// Their tombstones would be in the way of the accounts.
#[test]
fn nobody_is_erased_again_before_their_accounts_are_there() {
    let (archive, fresh) = (archive(), archive());
    let ada = id();
    comes_back(&archive, ada);
    archive.backs_up(DAY);
    let stack = fresh.as_stack();
    fresh.create(&stack.outbox);
    let mut order = archive.order(DAY, Into::Existing(stack.clone()));
    order.tables = vec![TableKind::Profiles];
    let told = archive.restores(&order).unwrap();
    assert!(
        told.last().unwrap().contains("names 1 people") && told.last().unwrap().contains("erase-again"),
        "{told:?}"
    );
    assert!(fresh.items(&stack.tables[&TableKind::Accounts]).is_empty() && fresh.items(&stack.outbox).is_empty());
    order.tables = Vec::new();
    archive.restores(&order).unwrap();
    let accounts = fresh.items(&stack.tables[&TableKind::Accounts]);
    assert_eq!(of(&accounts, ada, "ACCOUNT").unwrap()["state"]["S"], "erasing");
}

/// Whoever was erased in the stack that is restored into is known to its own ledger alone.
#[test]
fn whoever_is_in_any_of_the_ledgers_is_erased_again() {
    let (archive, fresh) = (archive(), archive());
    let [ada, bob] = [id(), id()];
    comes_back(&archive, ada);
    archive.put(TableKind::Accounts, &with(key("USER", bob, "ACCOUNT"), "state", json!({ "S": "active" })));
    archive.backs_up(DAY);
    is_in_the_ledger(&fresh, bob);
    let stack = fresh.as_stack();
    fresh.create(&stack.outbox);
    let mut order = archive.order(DAY, Into::Existing(stack.clone()));
    order.ledgers.push(fresh.bucket.clone());
    archive.restores(&order).unwrap();
    let accounts = fresh.items(&stack.tables[&TableKind::Accounts]);
    for user_id in [ada, bob] {
        assert_eq!(of(&accounts, user_id, "ACCOUNT").unwrap()["state"]["S"], "erasing");
    }
}

/// Nobody would ever deliver it again.
#[test]
fn an_erasure_whose_promise_was_lost_is_asked_to_go_on() {
    let archive = archive();
    let outbox = archive.as_stack().outbox;
    archive.create(&outbox);
    let [ada, bob] = [id(), id()];
    for (user_id, name) in [(ada, "ada"), (bob, "bob")] {
        let mut account = with(key("USER", user_id, "ACCOUNT"), "state", json!({ "S": "erasing" }));
        account["email"] = json!({ "S": format!("{name}@example.org") });
        account["created_at"] = json!({ "S": "2026-11-01T00:00:00.000Z" });
        archive.put(TableKind::Accounts, &account);
    }
    // Of Bob's nobody knows how far it has come.
    tombstone(&archive, ada, 5, "2026-11-21T00:00:00.000Z");
    let told = archive.erases(&ada.to_string(), true).unwrap();
    assert!(told[1].contains("5 steps of it are done") && archive.items(&outbox).is_empty(), "{told:?}");
    for (user_id, done) in [(ada, "5"), (bob, "0")] {
        let told = archive.erases(&user_id.to_string(), false).unwrap();
        assert!(told.last().unwrap().contains("is asked to go on"), "{told:?}");
        let accounts = archive.items(&archive.table(TableKind::Accounts));
        assert_eq!(of(&accounts, user_id, "ERASURE").unwrap()["done"]["N"], done);
        let promises = archive.items(&outbox);
        let job = promises.iter().filter(|row| row["user_id"]["S"] == user_id.to_string());
        assert_eq!(job.map(|row| row["kind"]["S"].clone()).collect::<Vec<_>>(), [json!("account.erase")]);
    }
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

/// Who is banned cannot sign in, and so cannot ask for it.
#[test]
fn an_operator_erases_who_is_banned_by_address_or_id() {
    let archive = archive();
    archive.create(&archive.as_stack().outbox);
    let [ada, bob] = [id(), id()];
    for (user_id, name) in [(ada, "ada"), (bob, "bob")] {
        let email = EmailAddress::parse(&format!("{name}@example.org")).unwrap();
        let mut account = with(key("USER", user_id, "ACCOUNT"), "state", json!({ "S": "active" }));
        account["email"] = json!({ "S": email.as_str() });
        account["created_at"] = json!({ "S": "2026-11-01T00:00:00.000Z" });
        account["sanction"] = json!({ "M": {
            "kind": { "S": "ban" }, "reason": { "S": "spam" }, "since": { "S": "2026-11-02T00:00:00.000Z" },
            "until": { "S": "9999-12-31T23:59:59.999Z" },
        } });
        archive.put(TableKind::Accounts, &account);
        let claim = json!({ "pk": { "S": format!("EMAIL#{}", email.digest()) }, "sk": { "S": "CLAIM" } });
        archive.put(TableKind::Accounts, &with(claim, "user_id", json!({ "S": user_id.to_string() })));
    }
    let told = archive.erases(" Ada@example.org", true).unwrap();
    assert!(told[0].contains(&ada.to_string()) && told[0].contains("spam"), "{told:?}");
    assert!(told[1].contains("would begin") && archive.items(&archive.as_stack().outbox).is_empty(), "{told:?}");
    for who in ["nobody@example.org", &id().to_string(), "nobody"] {
        let refused = archive.erases(who, false).unwrap_err().to_string();
        assert!(refused.contains(who) && refused.contains("what to do"), "{refused}");
    }
    for (who, user_id) in [("ada@example.org".to_owned(), ada), (bob.to_string(), bob)] {
        let told = archive.erases(&who, false).unwrap();
        assert!(told[1].contains("it has begun; "), "{told:?}");
        let accounts = archive.items(&archive.table(TableKind::Accounts));
        assert_eq!(of(&accounts, user_id, "ACCOUNT").unwrap()["state"]["S"], "erasing");
        assert_eq!(of(&accounts, user_id, "ERASURE").unwrap()["done"]["N"], "0");
        let profiles = archive.items(&archive.table(TableKind::Profiles));
        assert!(of(&profiles, user_id, "PROFILE").unwrap()["hidden_until"].is_object());
        let promises = archive.items(&archive.as_stack().outbox);
        let about = promises.iter().filter(|row| row.to_string().contains(&user_id.to_string()));
        assert_eq!(about.count(), 2, "the job, and the mail that says goodbye: {promises:?}");
        let audit = archive.items(&archive.table(TableKind::Ops));
        let noted: Vec<_> = audit.iter().filter(|row| row["subject_id"]["S"] == user_id.to_string()).collect();
        assert_eq!((noted.len(), &noted[0]["act"]["S"]), (1, &json!("erasure.begun")));
        assert!(noted[0].get("actor_id").is_none(), "an operator has no account");
    }
}

#[test]
fn whoever_is_erased_again_since_a_time_that_has_not_come_is_not_passed_over() {
    let archive = archive();
    let table = |kind| archive.table(kind);
    let order = Repetition {
        ledgers: vec![archive.bucket.clone()],
        since: today() + Duration::from_hours(1),
        accounts: table(TableKind::Accounts),
        profiles: table(TableKind::Profiles),
        outbox: archive.as_stack().outbox,
        dry_run: true,
    };
    let refused = archive.repeats_erasures(&order).unwrap_err().to_string();
    assert!(refused.contains("is in the future") && refused.contains("what to do"), "{refused}");
    let long_ago = Repetition { since: "2026-01-01T00:00:00Z".parse().unwrap(), ..order };
    assert!(archive.repeats_erasures(&long_ago).unwrap()[0].contains("goes back 90 days"));
}
