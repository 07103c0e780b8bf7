//! Lists of passwords, as the keys of a filter.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufRead};

use sha1::{Digest, Sha1};
use unicode_normalization::UnicodeNormalization;

/// Shorter passwords are refused for their length, so they need no room in the filter.
const MIN_CHARS: usize = 8;

#[derive(Debug, Default)]
pub struct List {
    /// The first eight bytes of the SHA-1 of each password.
    pub keys: Vec<u64>,
    /// Lines that are shorter than a password may be, no text, or hashes of another kind.
    pub skipped: usize,
}

impl List {
    /// Reads one password or one `<SHA-1>:<count>` per line; `# ` begins a comment. Keeps the `top` most common: the
    /// first lines of a list of passwords, the highest counts of a list of hashes.
    pub fn read(mut lines: impl BufRead, top: Option<usize>) -> io::Result<Self> {
        let (mut common, mut line, mut list) = (BinaryHeap::new(), Vec::new(), Self::default());
        for rank in 0_u64.. {
            line.clear();
            if lines.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            match entry(without_end(&line)) {
                Entry::Comment => {}
                Entry::Unusable => list.skipped += 1,
                Entry::Password(key) => common.push(Reverse((u64::MAX - rank, key))),
                Entry::Hash(key, count) => common.push(Reverse((count, key))),
            }
            if top.is_some_and(|top| common.len() > top) {
                common.pop();
            }
        }
        list.keys = common.into_iter().map(|Reverse((_, key))| key).collect();
        Ok(list)
    }

    pub fn merge(&mut self, other: Self) {
        self.keys.extend(other.keys);
        self.skipped += other.skipped;
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

enum Entry {
    Comment,
    Unusable,
    Password(u64),
    /// With how often it was found.
    Hash(u64, u64),
}

fn entry(line: &[u8]) -> Entry {
    let Ok(line) = str::from_utf8(line) else { return Entry::Unusable };
    if line.is_empty() || line == "#" || line.starts_with("# ") {
        return Entry::Comment;
    }
    if let Some(hash) = published_hash(line) {
        return hash;
    }
    let folded = line.nfkc().collect::<String>().to_lowercase();
    if folded.chars().count() < MIN_CHARS { Entry::Unusable } else { Entry::Password(key(&folded)) }
}

/// A line of Have I Been Pwned: a hash in hexadecimal, a colon and a count. Only whole SHA-1 hashes are of use: not the
/// shorter ones of NTLM, and not the ends of hashes that single ranges consist of.
fn published_hash(line: &str) -> Option<Entry> {
    let (hash, count) = line.split_once(':')?;
    let count = count.parse().ok()?;
    if hash.len() < 32 || !hash.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let key = hash.get(..16).filter(|_| hash.len() == 40).and_then(|start| u64::from_str_radix(start, 16).ok());
    Some(key.map_or(Entry::Unusable, |key| Entry::Hash(key, count)))
}

pub(super) fn key(text: &str) -> u64 {
    Sha1::digest(text.as_bytes()).iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The SHA-1 of `password1`, as Have I Been Pwned has it.
    const HASH: &str = "E38AD214943DAAD1D64C102FAEC29DE4AFE9DA3D";

    fn read(text: &[u8], top: Option<usize>) -> List {
        List::read(text, top).unwrap()
    }

    #[test]
    fn a_password_and_its_published_hash_are_the_same_key() {
        assert_eq!(read(b"password1\n", None).keys, read(format!("{HASH}:2413945\r\n").as_bytes(), None).keys);
        assert_eq!(read(b"password1", None).keys, [0xE38A_D214_943D_AAD1]);
    }

    #[test]
    fn case_and_compatible_forms_are_folded() {
        let forms = "PASSWORD1\r\nPassword1\npassword1\nｐａｓｓｗｏｒｄ１";
        assert_eq!(read(forms.as_bytes(), None).keys, [0xE38A_D214_943D_AAD1; 4]);
        assert_ne!(read(b"password1 \n", None).keys, [0xE38A_D214_943D_AAD1], "a space is part of a password");
    }

    #[test]
    fn comments_are_left_out_and_unusable_lines_counted() {
        let list = read(b"# a comment\n#\n\n#1stunna\nshort\ncaf\xe9 au lait\npassword1\n", None);
        assert_eq!((list.keys.len(), list.skipped), (2, 2));
        assert!(list.keys.contains(&key("#1stunna")));
    }

    #[test]
    fn the_most_common_are_kept() {
        let names = |text: &str, top| BTreeSet::from_iter(read(text.as_bytes(), Some(top)).keys);
        let first = BTreeSet::from([key("password1"), key("iloveyou")]);
        assert_eq!(names("password1\niloveyou\nqwertyuiop\n", 2), first);
        let counted = format!("{}:3\n{HASH}:900\n{}:20\n", "00".repeat(20), "ff".repeat(20));
        assert_eq!(names(&counted, 1), BTreeSet::from([key("password1")]));
        assert_eq!(names(&counted, 2), BTreeSet::from([key("password1"), u64::MAX]));
    }

    #[test]
    fn what_only_resembles_a_hash_is_a_password() {
        for line in [format!("{HASH}:many"), format!("{}é:1", &HASH[..38]), "deadbeef:1".to_owned()] {
            assert_eq!(read(line.as_bytes(), None).keys, [key(&line.to_lowercase())], "{line}");
        }
    }

    #[test]
    fn hashes_of_another_kind_are_unusable() {
        let (ntlm, range) = (&HASH[..32], &HASH[5..]);
        let list = read(format!("{ntlm}:7\n{range}:7\n").as_bytes(), None);
        assert_eq!((list.keys.len(), list.skipped), (0, 2));
    }

    #[test]
    fn lists_are_merged() {
        let mut list = read(b"password1\nshort\n", None);
        list.merge(read(b"iloveyou\ntiny\n", None));
        assert_eq!((list.keys, list.skipped), (vec![key("password1"), key("iloveyou")], 2));
    }
}
