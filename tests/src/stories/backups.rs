//! Backups: what people have said is saved at night, whoever dies meanwhile, and comes back item by item.

use std::collections::BTreeSet;

use operator::Into;
use serde_json::{Value, json};
use shared::domain::backup::TableKind;

use crate::support::{Archive, Fault, On, Story, Town, eventually, in_order};

/// What the scheduler says at two in the morning.
pub(super) fn plan(town: &Town, day: &str) {
    let order = json!({ "scheduled_at": format!("{day}T02:00:00Z") });
    assert_eq!(town.stack.invoke("backup-plan", &order).unwrap(), json!({ "backup": day }));
}

fn objects(town: &Town, day: &str) -> Vec<String> {
    let bucket = town.stack.output("BackupsBucketName").unwrap();
    town.stack.client().object_names(bucket, &format!("backups/v1/{day}/")).unwrap()
}

pub(super) fn is_whole(town: &Town, day: &str) -> bool {
    objects(town, day).iter().any(|key| key.ends_with("/manifest.json"))
}

pub(super) fn archive(town: &Town) -> Archive {
    Archive::over(town.stack.endpoint(), town.stack.output("BackupsBucketName").unwrap(), "unused")
}

pub(super) fn table(town: &Town, kind: TableKind) -> String {
    let name = kind.as_str();
    town.table(&format!("{}{}", name[..1].to_uppercase(), &name[1..]))
}

fn all(town: &Town, archive: &Archive) -> Vec<(TableKind, Vec<Value>)> {
    TableKind::ALL.map(|kind| (kind, archive.items(&table(town, kind)))).into()
}

fn send(town: &Town, body: &str) {
    let queue = town.stack.output("BackupQueueUrl").unwrap();
    let message = json!({ "QueueUrl": queue, "MessageBody": body });
    town.stack.client().json("sqs", "AmazonSQS.SendMessage", &message).unwrap();
}

#[test]
fn what_people_have_done_comes_back_item_by_item() {
    let story = Story::in_the_archive();
    let town = story.town;
    let (ada, bob, conversation) = story.couple();
    for (client_id, text) in [("one", "Hello Bob!"), ("two", "I am back from the mountains.")] {
        ada.says(&conversation, client_id, text);
    }
    let archive = archive(town);
    let before = all(town, &archive);
    let momentary = |item: &Value| {
        TableKind::Ops.momentary().iter().any(|part| item["pk"]["S"].as_str().unwrap().starts_with(part))
    };
    assert!(before.iter().any(|(kind, items)| *kind == TableKind::Ops && items.iter().any(momentary)));
    plan(town, "2026-03-02");
    eventually("a whole backup", || is_whole(town, "2026-03-02").then_some(()));
    let keys = objects(town, "2026-03-02");
    plan(town, "2026-03-02");
    assert_eq!(objects(town, "2026-03-02"), keys, "a second run finds nothing to do");

    // Life goes on after the backup, in the tables that it was made of.
    bob.says(&conversation, "three", "That was after the backup.");
    let told = archive.restores(&archive.order("2026-03-02", Into::New("story".to_owned()))).unwrap();
    let is_equal = |line: &&String| line.contains(" 0 differ, 0 are missing, 0 are too many");
    assert_eq!(told.iter().filter(is_equal).count(), 6, "{told:?}");
    for (kind, items) in before {
        let name = format!("story-{}", kind.as_str());
        let restored: BTreeSet<String> = archive.items(&name).iter().map(Value::to_string).collect();
        let now: BTreeSet<String> = archive.items(&table(town, kind)).iter().map(Value::to_string).collect();
        let recorded = items.iter().filter(|item| kind != TableKind::Ops || !momentary(item));
        let untouched: Vec<String> = recorded.map(Value::to_string).filter(|item| now.contains(item)).collect();
        // Of what is of record in ops, a town without staff has none.
        assert!(!untouched.is_empty() || kind == TableKind::Ops, "nothing of {kind:?} was left alone");
        assert!(!restored.iter().any(|item| kind == TableKind::Ops && item.contains("LIMIT#")), "{restored:?}");
        let lost: Vec<_> = untouched.iter().filter(|item| !restored.contains(*item)).collect();
        assert!(lost.is_empty(), "{kind:?} lost {lost:?}");
        has_the_settings_of(town, &table(town, kind), &name);
    }
    let restored = archive.items("story-chat");
    let says = |text: &str| restored.iter().any(|item| item.to_string().contains(text));
    assert!(says("I am back from the mountains.") && !says("That was after the backup."));
}

/// Keys, indexes, stream, expiry and recovery.
fn has_the_settings_of(town: &Town, source: &str, restored: &str) {
    let settings = |name: &str| {
        let ask = |operation: &str| town.stack.dynamo(operation, &json!({ "TableName": name })).unwrap();
        let table = &ask("DescribeTable")["Table"];
        let index = |index: &Value| json!([index["IndexName"], index["KeySchema"], index["Projection"]]);
        let mut indexes: Vec<Value> =
            table["GlobalSecondaryIndexes"].as_array().into_iter().flatten().map(index).collect();
        indexes.sort_by_key(Value::to_string);
        let recovery =
            &ask("DescribeContinuousBackups")["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"];
        in_order(&json!([
            table["KeySchema"],
            indexes,
            table["StreamSpecification"],
            table["BillingModeSummary"]["BillingMode"],
            ask("DescribeTimeToLive")["TimeToLiveDescription"],
            recovery["PointInTimeRecoveryStatus"],
        ]))
    };
    assert_eq!(settings(restored), settings(source), "{source}");
    assert!(settings(source).to_string().contains("ENABLED"));
}

#[test]
fn a_segment_whose_reader_is_killed_is_read_again_and_nothing_is_whole_before() {
    let story = Story::in_the_archive();
    let town = story.town;
    let (ada, _, conversation) = story.couple();
    ada.says(&conversation, "one", "Whoever reads this may die.");
    let chat = table(town, TableKind::Chat);
    town.faults().next(1, On::call("Scan", &chat), Fault::Hold);
    plan(town, "2026-03-09");
    eventually("the reader of chat to wait", || (town.faults().befallen(&chat) > 0).then_some(()));
    assert!(!is_whole(town, "2026-03-09"), "a segment is missing");
    assert!(town.kills("backup-segment") >= 1);
    eventually("another reader to finish", || is_whole(town, "2026-03-09").then_some(()));
    town.faults().calm(&chat);
    let archive = archive(town);
    archive.restores(&archive.order("2026-03-09", Into::New("killed".to_owned()))).unwrap();
    let (source, restored) = (archive.items(&chat), archive.items("killed-chat"));
    let said = |items: &[Value]| items.iter().filter(|item| item.to_string().contains("may die")).count();
    assert!(said(&source) > 0 && said(&restored) == said(&source));
    assert!(source.iter().filter(|item| restored.contains(item)).count() > 3);
}

#[test]
fn poison_ends_in_the_dead_letter_queue_and_holds_up_nobody() {
    let story = Story::in_the_archive();
    let town = story.town;
    send(town, "no job at all");
    send(town, &json!({ "backup": "2026-03-16", "plan": "0".repeat(64), "table": "outbox", "segment": 0 }).to_string());
    plan(town, "2026-03-16");
    eventually("a whole backup", || is_whole(town, "2026-03-16").then_some(()));
    let dead = |town: &Town| {
        let depths = town.stack.queue_depths().unwrap();
        depths.iter().find(|queue| queue.name.contains("BackupDeadLetter")).map_or(0, |queue| queue.visible)
    };
    eventually("both to be given up", || (dead(town) == 2).then_some(()));
    let queue = town.stack.output("BackupDeadLetterQueueUrl").unwrap();
    town.stack.client().json("sqs", "AmazonSQS.PurgeQueue", &json!({ "QueueUrl": queue })).unwrap();
}

#[test]
fn an_order_that_nobody_understands_plans_nothing() {
    let story = Story::in_the_archive();
    for order in [json!({ "scheduled_at": "yesterday" }), json!({ "backup": "../x" }), json!({ "extra": "yes" })] {
        assert!(story.town.stack.invoke("backup-plan", &order).is_err(), "{order}");
    }
}
