//! Parts, states and manifests: what is believed, and what is not.

use std::collections::BTreeMap;

use super::*;
use crate::domain::time::Timestamp;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds)
}

fn item(number: usize) -> Item {
    let text = |value: String| Attribute::Text(value);
    Item::from([("pk".to_owned(), text(format!("USER#{number}"))), ("sk".to_owned(), text("A".to_owned()))])
}

fn part_of(items: usize, number: u32) -> (Part, Vec<u8>) {
    let mut writer = PartWriter::default();
    for number in 0..items {
        writer.push(&item(number)).unwrap();
    }
    writer.finish(number).unwrap()
}

fn read(part: &Part, bytes: &[u8]) -> Result<usize, Broken> {
    let mut count = 0;
    read_part(part, bytes, |_| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}

fn description() -> TableDescription {
    TableDescription {
        key: KeySchema { hash: "pk".to_owned(), range: Some("sk".to_owned()) },
        attributes: BTreeMap::from([("pk".to_owned(), "S".to_owned()), ("sk".to_owned(), "S".to_owned())]),
        indexes: Vec::new(),
        stream: None,
        time_to_live: Some("expires_at".to_owned()),
        point_in_time_recovery: true,
        encrypted: true,
        deletion_protection: false,
    }
}

fn plan() -> Plan {
    let planned = |table: TableKind, segments| PlannedTable {
        table,
        source: format!("x-{}", table.as_str()),
        segments,
        description: description(),
    };
    let tables = vec![planned(TableKind::Chat, 2), planned(TableKind::Ops, 1)];
    Plan { format: FORMAT, backup: BackupId::parse("2026-11-26").unwrap(), made_at: at(1_000), tables }
}

/// A plan, its hash, and its segments, all done.
fn finished() -> (Plan, String, Vec<SegmentState>) {
    let plan = plan();
    let (_, hash) = Plan::read(&plan.to_bytes().unwrap()).unwrap();
    let jobs = plan.jobs(&hash);
    let states = jobs.iter().zip(0_u64..).map(|(job, number)| {
        let (part, _) = part_of(3, 0);
        SegmentState::begin(job, at(2_000 + number)).after(Some(part), None, at(3_000 + number))
    });
    let states = states.collect();
    (plan, hash, states)
}

fn manifest() -> (Vec<u8>, Vec<u8>) {
    let (plan, hash, states) = finished();
    let manifest = Manifest::of(&plan, &hash, &states).unwrap().unwrap();
    (manifest.to_bytes().unwrap(), plan.to_bytes().unwrap())
}

#[test]
fn a_part_is_believed_to_the_byte() {
    let (part, bytes) = part_of(100, 0);
    assert_eq!(read(&part, &bytes), Ok(100));
    assert!(read(&part, &bytes[..bytes.len() - 1]).is_err(), "cut");
    for place in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert!(read(&part, &changed).is_err(), "a bit at {place}");
    }
    let (other, _) = part_of(99, 0);
    assert!(read(&other, &bytes).is_err(), "another part");
}

/// A whole part with as many items, lines of the same length and as many bytes is refused, too: only the hash knows.
#[test]
fn a_part_of_the_same_size_is_another_part() {
    let one = |text: &str| {
        let mut writer = PartWriter::default();
        writer.push(&Item::from([("pk".to_owned(), Attribute::Text(text.to_owned()))])).unwrap();
        writer.finish(0).unwrap()
    };
    let ((part, bytes), (other, exchanged)) = (one("ada"), one("bob"));
    assert_eq!((part.items, part.bytes, part.raw_bytes), (other.items, other.bytes, other.raw_bytes));
    assert_eq!(read(&part, &bytes), Ok(1));
    assert!(read(&part, &exchanged).is_err());
}

/// Whoever writes down a hash of something else is found out by the counts.
#[test]
fn counts_are_checked_besides_the_hash() {
    let (part, bytes) = part_of(100, 0);
    assert!(read(&Part { items: 99, ..part.clone() }, &bytes).is_err());
    assert!(read(&Part { raw_bytes: part.raw_bytes - 1, ..part.clone() }, &bytes).is_err());
    let short = &bytes[..bytes.len() - 9];
    let forged = Part { bytes: short.len() as u64, sha256: sha256(short), ..part };
    assert!(read(&forged, short).is_err(), "cut, with the hash of what is left");
}

#[test]
fn parts_end_before_they_are_large() {
    let mut writer = PartWriter::default();
    let long = Item::from([("pk".to_owned(), Attribute::Text("x".repeat(400_000)))]);
    let mut pushed = 0;
    while !writer.is_full() {
        writer.push(&long).unwrap();
        pushed += 1;
    }
    assert!((80..90).contains(&pushed), "32 MiB of lines, however well they pack: {pushed}");
}

#[test]
fn there_is_no_manifest_before_the_last_segment_is_done() {
    let (plan, hash, states) = finished();
    for missing in 0..states.len() {
        let mut some = states.clone();
        some.remove(missing);
        assert_eq!(Manifest::of(&plan, &hash, &some).unwrap(), None, "without segment {missing}");
        let unfinished = SegmentState { done: false, next: Some(item(1)), ..states[missing].clone() };
        some.push(unfinished);
        assert_eq!(Manifest::of(&plan, &hash, &some).unwrap(), None, "with a segment that goes on");
    }
    let manifest = Manifest::of(&plan, &hash, &states).unwrap().unwrap();
    assert_eq!(manifest.tables.iter().map(|table| table.items).collect::<Vec<_>>(), [6, 3]);
    assert_eq!(manifest.window, Window { from: at(2_000), until: at(3_002) });
}

#[test]
fn a_segment_that_is_told_of_twice_counts_once() {
    let (plan, hash, states) = finished();
    let twice: Vec<_> = states.iter().chain(&states).cloned().collect();
    assert_eq!(Manifest::of(&plan, &hash, &twice).unwrap(), Manifest::of(&plan, &hash, &states).unwrap());
}

#[test]
fn segments_of_another_plan_do_not_count() {
    let (plan, hash, mut states) = finished();
    states[0].job.plan = sha256(b"another");
    assert_eq!(Manifest::of(&plan, &hash, &states).unwrap(), None);
}

#[test]
fn a_manifest_is_read_back_where_it_belongs() {
    let (manifest, plan) = manifest();
    let id = BackupId::parse("2026-11-26").unwrap();
    assert_eq!(Manifest::read(&manifest, &id, &plan).unwrap().to_bytes().unwrap(), manifest);
    let refused = |manifest: &[u8], id: &str, plan: &[u8]| {
        Manifest::read(manifest, &BackupId::parse(id).unwrap(), plan).unwrap_err().to_string()
    };
    let text = String::from_utf8(manifest.clone()).unwrap();
    assert!(refused(&manifest[..manifest.len() / 2], "2026-11-26", &plan).contains("cannot be read"));
    assert!(refused(&manifest, "2026-11-27", &plan).contains("lies where"));
    let changed = text.replace("\"items\": 3", "\"items\": 4");
    assert!(refused(changed.as_bytes(), "2026-11-26", &plan).contains("was changed"));
    let other = text.replacen("\"format\": 1", "\"format\": 2", 1);
    assert!(refused(other.as_bytes(), "2026-11-26", &plan).contains("format 2"));
    let mut another = super::tests::plan();
    another.made_at = at(1_001);
    assert!(refused(&manifest, "2026-11-26", &another.to_bytes().unwrap()).contains("another plan"));
}

/// A manifest that was sealed anew by somebody who knows how still has to add up.
#[test]
fn a_manifest_that_does_not_add_up_is_refused() {
    let (plan, hash, states) = finished();
    let id = BackupId::parse("2026-11-26").unwrap();
    let sealed = |change: &dyn Fn(&mut Manifest)| {
        let mut manifest = Manifest::of(&plan, &hash, &states).unwrap().unwrap();
        change(&mut manifest);
        manifest.sha256 = String::new();
        manifest.sha256 = sha256(&manifest.to_bytes().unwrap());
        Manifest::read(&manifest.to_bytes().unwrap(), &id, &plan.to_bytes().unwrap())
    };
    assert!(sealed(&|_| ()).is_ok());
    assert!(sealed(&|manifest| manifest.tables[0].items += 1).is_err());
    assert!(sealed(&|manifest| drop(manifest.tables[0].segments.pop())).is_err());
    assert!(sealed(&|manifest| drop(manifest.tables.pop())).is_err());
    assert!(
        sealed(&|manifest| {
            let part = manifest.tables[0].segments[0][0].clone();
            manifest.tables[0].items += part.items;
            manifest.tables[0].segments[0].push(part);
        })
        .is_err()
    );
}

#[test]
fn a_state_follows_another_and_belongs_to_its_job() {
    let (plan, hash, _) = finished();
    let jobs = plan.jobs(&hash);
    let begun = SegmentState::begin(&jobs[0], at(1));
    assert_eq!((begun.next_part(), begun.done), (0, false));
    let read = begun.after(Some(part_of(3, 0).0), Some(item(2)), at(2));
    assert_eq!((read.next_part(), read.done, read.next.clone()), (1, false, Some(item(2))));
    let bytes = read.to_bytes().unwrap();
    assert_eq!(SegmentState::read(&bytes, &jobs[0]).unwrap(), read);
    assert!(SegmentState::read(&bytes, &jobs[1]).is_err());
    let ended = read.after(None, None, at(3));
    assert_eq!((ended.parts.len(), ended.done, ended.ended_at), (1, true, at(3)));
}

#[test]
fn large_tables_have_more_segments_and_none_has_too_many() {
    let mib = 1024 * 1024;
    assert_eq!(segments_for(0, 0), 1);
    assert_eq!(segments_for(200_000, 10 * mib), 1);
    assert_eq!(segments_for(200_001, 10 * mib), 2);
    assert_eq!(segments_for(1_000, 1_024 * mib), 8);
    assert_eq!(segments_for(u64::MAX, u64::MAX), 64);
}
