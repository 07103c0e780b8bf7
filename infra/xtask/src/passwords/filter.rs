//! The filter file: a header that `shared/src/domain/breached.rs` describes, and a binary fuse filter.

use xorf::{BinaryFuse16, DmaSerializable, Filter as _};

use super::list::key;
use crate::failure::{Explain, Failure};

const MAGIC: [u8; 4] = *b"brch";
const VERSION: u32 = 1;

/// How many passwords that nobody uses are looked up to measure false positives.
pub const PROBES: usize = 1_000_000;

pub struct Filter {
    count: u32,
    filter: BinaryFuse16,
}

impl Filter {
    /// The same keys give the same filter, whatever their order and however often they come.
    pub fn build(mut keys: Vec<u64>) -> Result<Self, Failure> {
        keys.sort_unstable();
        keys.dedup();
        let count = u32::try_from(keys.len()).explain(|| "the list is too long for one filter".to_owned())?;
        let filter = BinaryFuse16::try_from(keys).explain(|| format!("no filter of {count} passwords"))?;
        Ok(Self { count, filter })
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut descriptor = [0; BinaryFuse16::DESCRIPTOR_LEN];
        self.filter.dma_copy_descriptor_to(&mut descriptor);
        let fingerprints = self.filter.fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes());
        let header = [MAGIC, VERSION.to_le_bytes(), self.count.to_le_bytes()];
        header.into_iter().flatten().chain(descriptor).chain(fingerprints).collect()
    }

    /// How many of [`PROBES`] texts that are in no list are taken for listed ones.
    pub fn false_positives(&self) -> usize {
        let probes = (0..PROBES).map(|number| format!("a password that nobody uses: {number}"));
        probes.filter(|password| self.filter.contains(&key(password))).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: usize) -> Vec<u64> {
        (0..count).map(|number| key(&number.to_string())).collect()
    }

    #[test]
    fn order_and_repetition_of_the_keys_do_not_matter() {
        let mut backwards = [keys(1_000), keys(10)].concat();
        backwards.reverse();
        assert_eq!(Filter::build(keys(1_000)).unwrap().bytes(), Filter::build(backwards).unwrap().bytes());
    }

    #[test]
    fn filters_of_every_size_hold_all_their_keys() {
        for count in (1..200).chain([1_000, 4_095, 4_096, 20_000]) {
            let filter = Filter::build(keys(count)).unwrap();
            assert!(keys(count).iter().all(|key| filter.filter.contains(key)), "{count}");
        }
    }

    #[test]
    fn the_file_begins_with_its_kind_version_and_count() {
        let bytes = Filter::build(keys(300)).unwrap().bytes();
        assert_eq!(bytes[..12], *b"brch\x01\0\0\0\x2c\x01\0\0");
    }
}
