//! Where the pieces of a backup lie. What has another name is none of ours.

use super::plan::TableKind;
use super::{BackupId, Part};

/// Everything of this format lies below it, and nothing else is looked at or deleted.
pub const ROOT: &str = "backups/v1/";

/// What an object of ours is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    Plan,
    Manifest,
    /// How far a segment has been read.
    Segment,
    Part,
}

pub fn plan_key(backup: &BackupId) -> String {
    format!("{ROOT}{backup}/plan.json")
}

pub fn manifest_key(backup: &BackupId) -> String {
    format!("{ROOT}{backup}/manifest.json")
}

pub fn segment_key(backup: &BackupId, table: TableKind, segment: u32) -> String {
    format!("{ROOT}{backup}/{}/{segment:04}.json", table.as_str())
}

/// Holds the hash, so that two readers of one segment never overwrite each other's parts.
pub fn part_key(backup: &BackupId, table: TableKind, segment: u32, part: &Part) -> String {
    let hash = part.sha256.get(..16).unwrap_or_default();
    format!("{ROOT}{backup}/{}/{segment:04}/{:05}-{hash}.jsonl.gz", table.as_str(), part.number)
}

/// Whose piece an object is, and which; nothing for what is not ours.
pub fn piece(key: &str) -> Option<(BackupId, Piece)> {
    let (id, rest) = key.strip_prefix(ROOT)?.split_once('/')?;
    let id = BackupId::parse(id)?;
    let piece = match rest.split('/').collect::<Vec<_>>()[..] {
        ["plan.json"] => Piece::Plan,
        ["manifest.json"] => Piece::Manifest,
        [table, name] => {
            TableKind::parse(table)?;
            is_number(name.strip_suffix(".json")?, 4).then_some(Piece::Segment)?
        }
        [table, segment, name] => {
            TableKind::parse(table)?;
            let (number, hash) = name.strip_suffix(".jsonl.gz")?.split_once('-')?;
            let is_hash = hash.len() == 16 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            (is_number(segment, 4) && is_number(number, 5) && is_hash).then_some(Piece::Part)?
        }
        _ => return None,
    };
    Some((id, piece))
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() >= digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_and_others_are_foreign() {
        let id = BackupId::parse("2026-11-26").unwrap();
        let part = Part { number: 3, items: 1, bytes: 1, raw_bytes: 1, sha256: "0123456789abcdef".repeat(4) };
        let keys = [
            (plan_key(&id), Piece::Plan),
            (manifest_key(&id), Piece::Manifest),
            (segment_key(&id, TableKind::Chat, 7), Piece::Segment),
            (part_key(&id, TableKind::Chat, 7, &part), Piece::Part),
        ];
        for (key, kind) in keys {
            assert_eq!(piece(&key), Some((id.clone(), kind)), "{key}");
        }
        for foreign in [
            "backups/v1/notes.txt",
            "backups/v1/2026-11-26/notes.txt",
            "backups/v1/2026-11-26/outbox/0000.json",
            "backups/v1/2026-11-26/chat/0000/00001-xyz.jsonl.gz",
            "backups/v1/2026-11-26/chat/0000/00001-0123456789abcdef.jsonl.gz/x",
            "backups/v2/2026-11-26/plan.json",
            "backups/v1/2026-11-32/plan.json",
            "2026-11-26/plan.json",
            "backups/v1/old/2026-11-26/plan.json",
        ] {
            assert_eq!(piece(foreign), None, "{foreign}");
        }
    }
}
