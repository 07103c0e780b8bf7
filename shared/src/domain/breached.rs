//! Passwords known from breaches: a filter that is compiled in, so that asking needs no network and no table.
//!
//! `breached.bin` is a binary fuse filter of 16-bit fingerprints, 2.6 bytes for each password. `cargo xtask passwords`
//! builds it from a list of passwords; a filter file that is damaged, or is none, does not compile.

use aws_lc_rs::digest;
use unicode_normalization::UnicodeNormalization;
use xorf::{BinaryFuse16Ref, Filter, FilterRef};

/// Whether `password` is one that attackers try first.
///
/// It is looked up as it was typed and in lower case, both normalised to NFKC, so that `Password1` falls with
/// `password1`. What is listed is always found; of other passwords, one in 65,536 per look-up is taken for a listed one.
pub fn is_breached(password: &str) -> bool {
    let typed: String = password.nfkc().collect();
    let folded = typed.to_lowercase();
    LISTED.contains(key(&typed)) || (folded != typed && LISTED.contains(key(&folded)))
}

/// SHA-1, because that is what lists of breached passwords are published as. Nothing depends on its strength.
fn key(text: &str) -> u64 {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    digest.as_ref().iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// The fingerprints are read in place, as numbers of two bytes.
#[repr(C, align(2))]
struct Aligned<Bytes: ?Sized>(Bytes);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("breached.bin"));

static LISTED: FilterFile<'static> = match FilterFile::open(&FILE.0) {
    Ok(file) => file,
    Err(flaw) => panic!("{}", flaw),
};

const HEADER_LEN: usize = 32;
const MAGIC: u32 = u32::from_le_bytes(*b"brch");
const VERSION: u32 = 1;

/// A filter file whose parts fit together, so that no look-up reads beyond its end.
///
/// All numbers are little endian: magic, version and count of passwords (4 bytes each); the descriptor (seed of 8 bytes;
/// length of a segment, that length minus one, length of all but the last two segments, 4 bytes each); the fingerprints
/// (2 bytes each).
struct FilterFile<'a> {
    descriptor: &'a [u8],
    fingerprints: &'a [u8],
}

impl<'a> FilterFile<'a> {
    const fn open(file: &'a [u8]) -> Result<Self, &'static str> {
        if cfg!(target_endian = "big") {
            return Err("filters are read on little-endian machines only");
        }
        let Some((header, fingerprints)) = file.split_first_chunk::<HEADER_LEN>() else {
            return Err("the filter file ends within its header");
        };
        if number(header, 0) != MAGIC as u64 || number(header, 4) != VERSION as u64 {
            return Err("this is no filter file, or one of another version");
        }
        let segment = number(header, 20);
        let segments = number(header, 28);
        if !segment.is_power_of_two() || number(header, 24) != segment - 1 {
            return Err("the filter file's segments have an impossible length");
        }
        let slots = segments + 2 * segment;
        if segments == 0 || !segments.is_multiple_of(segment) || fingerprints.len() as u64 != 2 * slots {
            return Err("the filter file is longer or shorter than its header says");
        }
        let count = number(header, 8);
        if count == 0 || count > slots {
            return Err("the filter file holds no passwords, or more than have room in it");
        }
        Ok(Self { descriptor: header.split_at(12).1, fingerprints })
    }

    fn contains(&self, key: u64) -> bool {
        BinaryFuse16Ref::from_dma(self.descriptor, self.fingerprints).contains(&key)
    }
}

const fn number(header: &[u8; HEADER_LEN], at: usize) -> u64 {
    u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const LIST: &str = include_str!("../../../infra/xtask/src/breached/common.txt");

    fn listed() -> BTreeSet<&'static str> {
        LIST.lines().filter(|line| *line != "#" && !line.starts_with("# ")).collect()
    }

    #[test]
    fn every_listed_password_is_refused_however_it_is_written() {
        assert!(listed().len() > 10_000);
        for password in listed() {
            assert!(password.chars().count() >= 8, "{password} is too short to be chosen");
            assert!(is_breached(password), "{password}");
            assert!(is_breached(&password.to_uppercase()), "{password} in capitals");
            let (first, rest) = password.split_at(1);
            assert!(is_breached(&format!("{}{rest}", first.to_uppercase())), "{password} with a capital");
        }
    }

    #[test]
    fn the_filter_holds_the_list_and_nothing_else() {
        let count = number(FILE.0.first_chunk().unwrap(), 8);
        assert_eq!(count, u64::try_from(listed().len()).unwrap());
    }

    #[test]
    fn compatible_forms_are_the_same_password() {
        assert!(is_breached("ｐａｓｓｗｏｒｄ１"), "full width");
        assert!(is_breached("Ｐassword1"));
    }

    #[test]
    fn good_passwords_are_accepted() {
        for password in ["correct horse", "another password", "кошка на окне", "x7 K9 q2 M4"] {
            assert!(!is_breached(password), "{password}");
        }
    }

    /// One in 65,536 is refused by accident, so of 10,000 more than two would be a fault.
    #[test]
    fn passphrases_are_accepted() {
        const WORDS: [&str; 16] = [
            "amber", "bridge", "cactus", "dozen", "ember", "falcon", "granite", "harbour", "island", "juniper",
            "kettle", "lantern", "meadow", "nectar", "orchid", "pepper",
        ];
        let phrase = |number: usize| [12, 8, 4, 0].map(|shift| WORDS[number >> shift & 15]).join(" ");
        let refused: Vec<_> = (0..10_000).map(phrase).filter(|phrase| is_breached(phrase)).collect();
        assert!(refused.len() <= 2, "{refused:?}");
    }

    fn with(mut file: Vec<u8>, at: usize, value: u32) -> Vec<u8> {
        file[at..at + 4].copy_from_slice(&value.to_le_bytes());
        file
    }

    #[test]
    fn a_damaged_or_foreign_file_is_no_filter() {
        let file = FILE.0.to_vec();
        assert!(FilterFile::open(&file).is_ok());
        for length in (0..=HEADER_LEN).chain([file.len() / 2, file.len() - 2, file.len() - 1]) {
            assert!(FilterFile::open(&file[..length]).is_err(), "cut to {length} bytes");
        }
        assert!(FilterFile::open(&[&file[..], &[0; 2]].concat()).is_err(), "longer");
        assert!(FilterFile::open(LIST.as_bytes()).is_err(), "the list itself");
        for (at, value) in [(0, 0), (4, 2), (8, 0), (8, u32::MAX), (20, 0), (20, 3), (24, 0), (28, 0), (28, u32::MAX)] {
            assert!(FilterFile::open(&with(file.clone(), at, value)).is_err(), "{value} at {at}");
        }
    }

    #[test]
    fn no_look_up_leaves_a_file_that_was_opened() {
        for (segment, groups) in (0..6).flat_map(|power| (1..6).map(move |groups| (1_u32 << power, groups))) {
            let slots = segment * (groups + 2);
            let header = [MAGIC, VERSION, slots, 7, 0, segment, segment - 1, segment * groups].map(u32::to_le_bytes);
            let file = [header.concat(), vec![0xa5; usize::try_from(slots).unwrap() * 2]].concat();
            let filter = FilterFile::open(&file).unwrap_or_else(|flaw| panic!("{segment} {groups}: {flaw}"));
            for number in 0..1_000 {
                filter.contains(key(&number.to_string()));
            }
        }
    }
}
