//! Where a backup may be restored to, and what is told when the tables are not what it holds.

use std::time::Duration;

use operator::{Into, Order};
use serde_json::json;
use shared::adapters::system;
use shared::domain::backup::{BackupId, TableKind, manifest_key};

use super::backups::{DAY, LATER, archive, into, odd, row, stocked};

#[test]
fn one_table_is_restored_alone_and_a_dry_run_writes_nothing() {
    let archive = stocked();
    let prefix = format!("{}-one", archive.bucket);
    let mut order = archive.order(DAY, into(&prefix));
    (order.tables, order.dry_run) = (vec![TableKind::Chat, TableKind::Chat], true);
    let told = archive.restores(&order).unwrap();
    assert!(
        told.iter().any(|line| line.contains("nobody is in the ledger") && line.contains("erasures/v1/")),
        "{told:?}"
    );
    assert!(told.iter().any(|line| line.contains("would restore 20 items of chat")), "{told:?}");
    let is_there = |table: &str| {
        let name = json!({ "TableName": format!("{prefix}-{table}") });
        archive.client.json("dynamodb", "DynamoDB_20120810.DescribeTable", &name).is_ok()
    };
    assert!(!is_there("chat"));
    order.dry_run = false;
    archive.restores(&order).unwrap();
    assert!(is_there("chat") && !is_there("ops"));
    // It was restored, and what has become of it since is nobody's to overwrite.
    archive.dynamo("PutItem", &json!({ "TableName": format!("{prefix}-chat"), "Item": row(99) }));
    let told = archive.restores(&order).unwrap();
    assert!(told.iter().any(|line| line.contains("is left as it is")), "{told:?}");
    assert_eq!(told.last().unwrap(), "nothing was to be done: everything was restored from this backup before");
    assert_eq!(archive.items(&format!("{prefix}-chat")).len(), 21);
    archive.backs_up(LATER);
    let other = Order { manifest: manifest_key(&BackupId::parse(LATER).unwrap()), ..order };
    let refused = archive.restores(&other).unwrap_err().to_string();
    assert!(refused.contains("is not empty") && refused.contains("what to do"), "{refused}");
}

#[test]
fn tables_of_a_fresh_stack_are_filled_and_others_are_refused_before_anything_is_written() {
    let (archive, fresh) = (stocked(), archive());
    // A fresh stack is swept already, has keys, and counts who tries to sign in.
    for (pk, sk) in [("SWEEP", "PROGRESS"), ("KEYS#access", "one"), ("LIMIT#login.network#203.0.113.7", "1")] {
        fresh.put(TableKind::Ops, &json!({ "pk": { "S": pk }, "sk": { "S": sk } }));
        archive.put(TableKind::Ops, &json!({ "pk": { "S": pk }, "sk": { "S": "of another" } }));
    }
    archive.backs_up(LATER);
    archive.restores(&archive.order(LATER, Into::Existing(fresh.as_stack()))).unwrap();
    let restored = fresh.items(&fresh.table(TableKind::Ops));
    assert_eq!(restored.len(), 4, "its own, and what is of record: {restored:?}");
    assert!(!restored.iter().any(|item| item["sk"]["S"] == "of another"), "{restored:?}");
    let other = super::backups::archive();
    // The last table that is looked at is in use.
    other.put(TableKind::Ops, &row(7));
    let refused = archive.restores(&archive.order(DAY, Into::Existing(other.as_stack()))).unwrap_err();
    assert!(refused.to_string().contains("is not empty"), "{refused}");
    assert!(other.items(&other.table(TableKind::Chat)).is_empty(), "nothing was written before it was refused");
}

/// Into a table that does not delete by the clock, what is missing is missing.
#[test]
fn an_item_that_had_its_time_is_missed_unless_the_table_expires_items() {
    let archive = archive();
    let mut old = row(1);
    old["expires_at"] = json!({ "N": "1000" });
    archive.put(TableKind::Chat, &old);
    archive.put(TableKind::Ops, &odd());
    archive.backs_up(DAY);
    let order = archive.order(DAY, into(&format!("{}-e", archive.bucket)));
    archive.stops_restoring(&order, |line| line.contains("-ops: 1 of 1 items written"));
    let gone =
        json!({ "TableName": format!("{}-e-chat", archive.bucket), "Key": { "pk": old["pk"], "sk": old["sk"] } });
    archive.dynamo("DeleteItem", &gone);
    assert!(archive.restores(&order).is_err());
    archive.restores(&order).unwrap();
}

#[test]
fn what_is_restored_and_then_changed_is_told_of() {
    let archive = stocked();
    let prefix = format!("{}-c", archive.bucket);
    let order = archive.order(DAY, into(&prefix));
    archive.stops_restoring(&order, |line| line.contains("-ops: 1 of 1 items written"));
    // Somebody writes into what is being restored: one item is another, one is new.
    let chat = format!("{prefix}-chat");
    let mut changed = row(3);
    changed["n"] = json!({ "N": "4" });
    for item in [changed, row(99)] {
        archive.dynamo("PutItem", &json!({ "TableName": chat, "Item": item }));
    }
    let refused = archive.restores(&order).unwrap_err().to_string();
    assert!(refused.contains("are not what was backed up"), "{refused}");
    // Who listens to the remedy is helped.
    let surplus = row(99);
    let surplus = json!({ "TableName": chat, "Key": { "pk": surplus["pk"], "sk": surplus["sk"] } });
    archive.dynamo("DeleteItem", &surplus);
    archive.restores(&order).unwrap();
    assert_eq!(archive.items(&chat), archive.items(&archive.table(TableKind::Chat)));
}

#[test]
fn whoever_is_killed_while_tables_are_set_up_goes_on_with_those_that_are_not() {
    let archive = stocked();
    let order = archive.order(DAY, into(&format!("{}-k", archive.bucket)));
    archive.stops_restoring(&order, |line| line.contains("-k-chat: expires by"));
    let told = archive.restores(&order).unwrap();
    let lines = |what: &str| told.iter().filter(|line| line.contains(what)).count();
    assert_eq!((lines("is left as it is"), lines("point-in-time recovery on")), (5, 1), "{told:?}");
    assert_eq!(archive.items(&format!("{}-k-chat", archive.bucket)), archive.items(&archive.table(TableKind::Chat)));
}

#[test]
fn what_was_restored_whole_is_left_as_it_is_and_so_are_tables_of_nothing() {
    let archive = stocked();
    let order = archive.order(DAY, into(&format!("{}-n", archive.bucket)));
    archive.restores(&order).unwrap();
    let told = archive.restores(&order).unwrap();
    assert_eq!(told.last().unwrap(), "nothing was to be done: everything was restored from this backup before");
}

#[test]
fn a_bucket_that_is_not_there_is_told_from_a_backup_that_is_not() {
    let archive = stocked();
    let order = archive.order(DAY, into(&format!("{}-b", archive.bucket)));
    let elsewhere = Order { bucket: format!("{}-none", archive.bucket), ..order.clone() };
    let no_ledger = Order { ledgers: vec![elsewhere.bucket.clone()], ..order };
    for order in [elsewhere, no_ledger] {
        let refused = archive.restores(&order).unwrap_err().to_string();
        assert!(refused.contains("there is no such bucket") && refused.contains("aws s3 ls"), "{refused}");
    }
}

/// A backup of that day has the same name in every system.
#[test]
fn another_systems_backup_of_the_same_day_is_not_taken_for_this_one() {
    let (archive, other) = (stocked(), archive());
    other.put(TableKind::Chat, &row(7));
    other.backs_up(DAY);
    let prefix = format!("{}-x", archive.bucket);
    archive.restores(&archive.order(DAY, into(&prefix))).unwrap();
    let refused = other.restores(&other.order(DAY, into(&prefix))).unwrap_err().to_string();
    assert!(refused.contains("is not empty") && refused.contains("another --into"), "{refused}");
    assert_eq!(archive.items(&format!("{prefix}-chat")), archive.items(&archive.table(TableKind::Chat)));
}

#[test]
fn a_rehearsal_can_be_thrown_away_although_its_source_is_protected() {
    let archive = archive();
    let name = archive.table(TableKind::Ops);
    archive.dynamo("UpdateTable", &json!({ "TableName": name, "DeletionProtectionEnabled": true }));
    archive.put(TableKind::Ops, &odd());
    archive.backs_up(DAY);
    let mut order = archive.order(DAY, into(&format!("{}-w", archive.bucket)));
    order.tables = vec![TableKind::Ops];
    archive.restores(&order).unwrap();
    let is_protected = |name: &str| {
        archive.dynamo("DescribeTable", &json!({ "TableName": name }))["Table"]["DeletionProtectionEnabled"].clone()
    };
    let restored = format!("{}-w-ops", archive.bucket);
    assert_eq!((is_protected(&name), is_protected(&restored)), (json!(true), json!(false)));
    archive.dynamo("DeleteTable", &json!({ "TableName": restored }));
}

/// What would stop the end stops the beginning.
#[test]
fn a_ledger_that_names_nobody_stops_a_restoration_before_it_writes() {
    let archive = stocked();
    archive.client.put_object(&archive.bucket, "erasures/v1/who.json", b"{}".to_vec()).unwrap();
    let prefix = format!("{}-l", archive.bucket);
    let mut order = archive.order(DAY, into(&prefix));
    for dry_run in [true, false] {
        order.dry_run = dry_run;
        let refused = archive.restores(&order).unwrap_err().to_string();
        assert!(
            refused.contains("erasures/v1/who.json is in the ledger") && refused.contains("what to do"),
            "{refused}"
        );
    }
    let chat = json!({ "TableName": format!("{prefix}-chat") });
    assert!(archive.client.json("dynamodb", "DynamoDB_20120810.DescribeTable", &chat).is_err(), "it has begun");
}

#[test]
fn a_backup_that_is_older_than_the_ledger_is_refused_unless_it_is_wanted() {
    let archive = stocked();
    let day = |days: u64| system::ambient().now() + Duration::from_hours(days * 24);
    let mut order = archive.order(DAY, into(&format!("{}-o", archive.bucket)));
    order.dry_run = true;
    let told = archive.restores_at(day(89), &order).unwrap();
    assert!(!told.iter().any(|line| line.contains("goes back 90 days")), "{told:?}");
    let refused = archive.restores_at(day(91), &order).unwrap_err().to_string();
    assert!(refused.contains("goes back 90 days") && refused.contains("--although-erased-return"), "{refused}");
    order.beyond_ledger = true;
    let told = archive.restores_at(day(91), &order).unwrap();
    assert!(told.iter().any(|line| line.contains("goes back 90 days")), "{told:?}");
}

/// Of two that have begun at once, the one that lost the table stops before it writes more.
#[test]
fn whoever_finds_that_another_process_has_begun_or_finished_stops() {
    let archive = stocked();
    let mut order = archive.order(DAY, into(&format!("{}-t", archive.bucket)));
    order.tables = vec![TableKind::Chat];
    let name = format!("{}-t-chat", archive.bucket);
    let arn = || archive.dynamo("DescribeTable", &json!({ "TableName": name }))["Table"]["TableArn"].clone();
    let tags = || archive.dynamo("ListTagsOfResource", &json!({ "ResourceArn": arn() }))["Tags"].clone();
    let now = system::ambient().now();
    let finishes = |line: &str| {
        if line.contains("items written") {
            archive.dynamo("UntagResource", &json!({ "ResourceArn": arn(), "TagKeys": ["collabmatch:restore"] }));
        }
    };
    let begins = |line: &str| {
        if line.contains("items written") {
            let mark = tags()[0]["Value"].as_str().unwrap().to_owned();
            let mark = format!("{}/0/elsewhere/7/{}", mark.split('/').next().unwrap(), now.unix_seconds());
            let tags = json!([{ "Key": "collabmatch:restore", "Value": mark }]);
            archive.dynamo("TagResource", &json!({ "ResourceArn": arn(), "Tags": tags }));
        }
    };
    let lost = archive.restores_while(now, &order, begins).unwrap_err().to_string();
    assert!(lost.contains("another process has begun, or has finished") && lost.contains("what to do"), "{lost}");
    let refused = archive.restores(&order).unwrap_err().to_string();
    assert!(refused.contains("by somebody else: process 7 on elsewhere"), "{refused}");
    assert!(tags()[0]["Value"].as_str().unwrap().contains("/elsewhere/"), "it is left to the other one");
    // One on another machine that has given no sign of life for ten minutes is dead.
    let later = now + Duration::from_mins(10);
    let lost = archive.restores_while(later, &order, finishes).unwrap_err().to_string();
    assert!(lost.contains("another process has begun, or has finished"), "{lost}");
}
