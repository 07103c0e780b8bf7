//! A hundred thousand items, backed up while they are written to, and restored into tables that take less than they are given,
//! by a process that is killed half-way.
//!
//! The store is the one of the benchmarks, in memory and behind HTTP: the local AWS would take minutes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use operator::Into;
use serde_json::{Value, json};
use shared::domain::backup::TableKind;
use xtask::bench::store::Store;

use crate::support::Archive;

const ITEMS: usize = 100_000;

fn item(number: usize, version: usize) -> Value {
    json!({
        "pk": { "S": format!("CONV#{}", number / 20) }, "sk": { "S": format!("MSG#{number:08}") },
        "number": { "N": number.to_string() }, "version": { "N": version.to_string() },
        "text": { "S": "What one says to another in a conversation. ".repeat(1 + number % 7) },
    })
}

fn by_number(items: &[Value]) -> BTreeMap<String, &Value> {
    items.iter().map(|item| (item["number"]["N"].as_str().unwrap().to_owned(), item)).collect()
}

#[test]
fn a_hundred_thousand_items_survive_writes_and_a_restoration_that_was_killed() {
    let store = Store::start().unwrap();
    let archive = Archive::at(&store.url(), "large");
    let chat = archive.table(TableKind::Chat);
    let write = |number, version| {
        store.call("PutItem", &json!({ "TableName": chat, "Item": item(number, version) })).unwrap();
    };
    for number in 0..ITEMS {
        write(number, 0);
    }
    // Every tenth item is written again and again for as long as the backup is made.
    let ended = AtomicBool::new(false);
    let last = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut version = 0;
            while !ended.load(Ordering::Relaxed) {
                version += 1;
                for number in (0..ITEMS).step_by(10) {
                    write(number, version);
                }
            }
            version
        });
        archive.backs_up("2026-11-26");
        ended.store(true, Ordering::Relaxed);
        writer.join().unwrap()
    });
    assert!(last >= 1, "nothing was written meanwhile");

    let order = archive.order("2026-11-26", Into::New("back".to_owned()));
    store.tires();
    let mut parts = 0;
    archive.is_killed_restoring(&order, |line| {
        parts += usize::from(line.starts_with("back-chat: ") && line.ends_with("items written"));
        parts == 3
    });
    let (_, restored) = store.size("back-chat");
    assert!((60_000..ITEMS as u64).contains(&restored), "{restored}");
    let told = archive.restores(&order).unwrap();
    assert!(told.iter().any(|line| line == "back-chat: goes on after 3 parts"), "{told:?}");
    let compared = format!("back-chat: {ITEMS} items are equal, 0 differ, 0 are missing, 0 are too many");
    assert!(told.contains(&compared), "{told:?}");

    // By other means than its own: what nobody touched is what it was, and the rest is a version from the window.
    let (source, target) = (archive.items(&chat), archive.items("back-chat"));
    let (source, target) = (by_number(&source), by_number(&target));
    assert_eq!(target.len(), ITEMS);
    for number in 0..ITEMS {
        let (was, is) = (source[&number.to_string()], target[&number.to_string()]);
        if number % 10 == 0 {
            let version: usize = is["version"]["N"].as_str().unwrap().parse().unwrap();
            assert!(version <= last);
            assert_eq!(*is, item(number, version));
        } else {
            assert_eq!(was, is);
        }
    }
    let parts = store.objects("large-backups/backups/v1/2026-11-26/chat/0000/");
    assert!(parts.iter().all(|(_, bytes)| *bytes < 5 * 1024 * 1024), "{parts:?}");
}
