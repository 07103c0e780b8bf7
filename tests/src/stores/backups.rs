//! Backups over real tables and a real bucket: what is believed, and what rotation deletes.

use operator::Into;
use serde_json::{Value, json};
use shared::domain::backup::{PartWriter, ROOT, TableKind, manifest_key, part_key, plan_key};
use shared::domain::id::UserId;
use shared::ports::backups::{Vault, VaultCare};

use super::{Hands, today};
use crate::support::{Archive, Town};

pub(super) const DAY: &str = "2026-11-26";
pub(super) const LATER: &str = "2026-11-27";

pub(super) fn archive() -> Archive {
    let id = Hands::at(today()).ambient().id::<UserId>();
    Archive::at(Town::peaceful().stack.endpoint(), &format!("a{id}"))
}

pub(super) fn row(number: usize) -> Value {
    json!({ "pk": { "S": format!("USER#{number}") }, "sk": { "S": "ROW" }, "n": { "N": number.to_string() } })
}

/// All types of attributes, and what is empty.
pub(super) fn odd() -> Value {
    json!({
        "pk": { "S": "ODD" }, "sk": { "S": "\"ü\n\u{0}" }, "empty": { "S": "" }, "binary": { "B": "AP8B" }, "nothing": { "B": "" },
        "number": { "N": "-12345678901234567890.123456789012345678" }, "small": { "N": "1E-100" },
        "texts": { "SS": ["b", "a"] }, "numbers": { "NS": ["10", "9"] }, "binaries": { "BS": ["AQ==", "AA=="] },
        "yes": { "BOOL": true }, "null": { "NULL": true }, "list": { "L": [{ "L": [] }, { "M": {} }, { "S": "x" }] },
        "map": { "M": { "inner": { "M": { "deep": { "N": "1" } } } } },
    })
}

pub(super) fn into(prefix: &str) -> Into {
    Into::New(prefix.to_owned())
}

pub(super) fn stocked() -> Archive {
    let archive = archive();
    for number in 0..20 {
        archive.put(TableKind::Chat, &row(number));
    }
    archive.put(TableKind::Ops, &odd());
    archive.backs_up(DAY);
    archive
}

#[test]
fn every_type_of_attribute_comes_back_as_it_was() {
    let archive = stocked();
    let told = archive.restores(&archive.order(DAY, into(&format!("{}-r", archive.bucket)))).unwrap();
    let odd = archive.items(&archive.table(TableKind::Ops));
    assert_eq!(odd[0].as_object().unwrap().len(), self::odd().as_object().unwrap().len());
    assert_eq!(archive.items(&format!("{}-r-ops", archive.bucket)), odd);
    assert_eq!(archive.items(&format!("{}-r-chat", archive.bucket)), archive.items(&archive.table(TableKind::Chat)));
    assert!(told.iter().any(|line| line.contains("restored: 21 items are exactly")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("expires by expires_at") && line.contains("recovery on")), "{told:?}");
}

/// What happens to one object, and what is said of it.
#[test]
fn what_is_not_to_the_byte_what_was_written_is_refused_before_anything_is_written() {
    let archive = stocked();
    let keys = archive.keys();
    let read = |key: &str| archive.finish(archive.vault().read(key)).unwrap().unwrap().1;
    let part = keys.iter().find(|key| key.contains("/chat/") && key.ends_with(".jsonl.gz")).unwrap();
    let manifest = keys.iter().find(|key| key.ends_with("manifest.json")).unwrap();
    let plan = keys.iter().find(|key| key.ends_with("plan.json")).unwrap();
    let flipped = |key: &str| {
        let mut bytes = read(key);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    };
    let cut = |key: &str| read(key)[..read(key).len() - 5].to_vec();
    let of_another_day = {
        archive.put(TableKind::Ops, &row(1));
        archive.backs_up(LATER);
        |key: &str| read(&key.replace(DAY, LATER))
    };
    // As many items, as long as these: only the hash of the part knows better.
    let of_others = |key: &str| {
        let mut writer = PartWriter::default();
        for item in archive.items(&archive.table(TableKind::Chat)) {
            let text = item.to_string().replace("\"ROW\"", "\"WOR\"");
            writer.push(&serde_json::from_str(&text).unwrap()).unwrap();
        }
        let (made, bytes) = writer.finish(0).unwrap();
        assert_eq!(made.bytes, read(key).len() as u64);
        bytes
    };
    let mut plants = vec![
        (part.as_str(), Some(flipped(part))),
        (part, Some(of_others(part))),
        (part, Some(cut(part))),
        (part, Some(Vec::new())),
        (part, None),
        (manifest, Some(flipped(manifest))),
        (manifest, Some(cut(manifest))),
        (manifest, Some(of_another_day(manifest))),
        (manifest, None),
        (plan, Some(flipped(plan))),
        (plan, Some(of_another_day(plan))),
        (plan, None),
    ];
    let text = String::from_utf8(read(manifest)).unwrap();
    plants.push((manifest, Some(text.replacen("\"format\": 1", "\"format\": 2", 1).into_bytes())));
    let prefix = format!("{}-no", archive.bucket);
    for (number, (key, planted)) in plants.into_iter().enumerate() {
        let whole = read(key);
        match planted {
            Some(bytes) => archive.client.put_object(&archive.bucket, key, bytes).unwrap(),
            None => archive.finish(archive.vault().remove(&[key.to_owned()])).unwrap(),
        }
        let refused = archive.restores(&archive.order(DAY, into(&prefix)));
        let refused = refused.expect_err(&format!("plant {number} on {key}")).to_string();
        assert!(refused.contains("what to do"), "{refused}");
        archive.client.put_object(&archive.bucket, key, whole).unwrap();
    }
    let tables = archive.dynamo("ListTables", &json!({ "ExclusiveStartTableName": prefix, "Limit": 1 }));
    assert!(!tables.to_string().contains(&prefix), "a table was made: {tables}");
    archive.restores(&archive.order(DAY, into(&prefix))).unwrap();
}

#[test]
fn an_operator_sees_which_backups_there_are() {
    let archive = stocked();
    let jobs = archive.plans(LATER);
    archive.saves(jobs[0].clone()).unwrap();
    let told = archive.lists();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("2026-11-26: 21 items, as they were between "), "{told:?}");
    assert_eq!(told[1], "2026-11-27: not complete");
}

#[test]
fn a_manifest_somewhere_else_is_foreign() {
    let archive = stocked();
    let mut order = archive.order(DAY, into(&format!("{}-x", archive.bucket)));
    for manifest in ["manifest.json", "backups/v2/2026-11-26/manifest.json", "backups/v1/2026-11-26/plan.json"] {
        order.manifest = manifest.to_owned();
        assert!(archive.restores(&order).unwrap_err().to_string().contains("is not where the manifest"), "{manifest}");
    }
}

#[test]
fn objects_are_written_once_or_in_the_place_of_what_was_seen() {
    let (archive, key) = (archive(), "backups/v1/2026-11-26/plan.json");
    let vault = archive.vault();
    let write = |bytes: &[u8], seen| archive.finish(vault.write(key, bytes.to_vec(), seen)).unwrap();
    assert!(write(b"one", None));
    assert!(write(b"one", None), "the same again, after a lost answer");
    assert!(!write(b"two", None));
    let (first, _) = archive.finish(vault.read(key)).unwrap().unwrap();
    assert!(write(b"two", Some(&first)));
    assert!(!write(b"three", Some(&first)), "it is another one meanwhile");
    assert_eq!(archive.finish(vault.read(key)).unwrap().unwrap().1, b"two");
    assert_eq!(archive.finish(vault.read("backups/v1/2026-11-26/none")).unwrap(), None);
}

/// Backups of sixty days in a real bucket, with objects of others among them.
#[test]
fn sixty_days_leave_seven_daily_and_four_weekly_backups_and_everything_that_is_foreign() {
    let archive = archive();
    let vault = archive.vault();
    let foreign =
        ["notes.txt", "backups/v1/2026-10-01/notes.txt", "backups/v0/2026-10-01/manifest.json", "backups/v1/x"];
    for key in foreign {
        archive.client.put_object(&archive.bucket, key, b"ours not".to_vec()).unwrap();
    }
    let days = (1..=31).map(|day| format!("2026-10-{day:02}")).chain((1..=29).map(|day| format!("2026-11-{day:02}")));
    for day in days {
        for name in ["plan.json", "chat/0000.json", "chat/0000/00000-0123456789abcdef.jsonl.gz", "manifest.json"] {
            archive.client.put_object(&archive.bucket, &format!("{ROOT}{day}/{name}"), b"{}".to_vec()).unwrap();
        }
        let stored = archive.finish(vault.list(ROOT)).unwrap();
        let gone = shared::domain::backup::outdated(&stored, today());
        archive.finish(vault.remove(&gone.manifests)).unwrap();
        archive.finish(vault.remove(&gone.others)).unwrap();
    }
    let left = archive.keys();
    let whole: Vec<&str> =
        left.iter().filter_map(|key| key.strip_prefix(ROOT)?.strip_suffix("/manifest.json")).collect();
    let kept = [
        "2026-10-26",
        "2026-11-02",
        "2026-11-09",
        "2026-11-16",
        "2026-11-23",
        "2026-11-24",
        "2026-11-25",
        "2026-11-26",
        "2026-11-27",
        "2026-11-28",
        "2026-11-29",
    ];
    assert_eq!(whole, kept);
    assert_eq!(left.len(), kept.len() * 4 + foreign.len(), "{left:?}");
    assert!(foreign.iter().all(|key| left.contains(&(*key).to_owned())));
}

#[test]
fn a_part_that_was_written_by_a_run_that_lost_is_not_restored() {
    let archive = stocked();
    let jobs = archive.plans("2026-11-25");
    let job = jobs.iter().find(|job| job.table == TableKind::Chat).unwrap();
    let mut lost = PartWriter::default();
    lost.push(&shared::domain::backup::Item::new()).unwrap();
    let (part, bytes) = lost.finish(0).unwrap();
    archive.finish(archive.vault().put(&part_key(&job.backup, job.table, job.segment, &part), bytes)).unwrap();
    for job in &jobs {
        archive.saves(job.clone()).unwrap();
        archive.saves(job.clone()).unwrap();
    }
    assert!(archive.keys().contains(&manifest_key(&job.backup)) && archive.keys().contains(&plan_key(&job.backup)));
    archive.restores(&archive.order("2026-11-25", into(&format!("{}-l", archive.bucket)))).unwrap();
    assert_eq!(archive.items(&format!("{}-l-chat", archive.bucket)).len(), 20);
}
