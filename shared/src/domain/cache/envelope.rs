//! The envelope around a value in Redis: which schema it follows, how long it is fresh and how long it is good.
//!
//! Redis is shared with environments that run other versions of this code, and nothing in it is believed: whatever cannot
//! be read, or is of another schema, is not there.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::time::Timestamp;
use crate::error::{Error, Result};

/// What every envelope of this layout begins with.
const MAGIC: [u8; 3] = *b"cm\x01";
/// The magic, the schema, and three times.
const HEADER: usize = MAGIC.len() + 2 + 3 * 8;

/// When a value was written and until when it will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub written_at: Timestamp,
    /// From then on one asker computes the value anew, and the others may still be shown this one.
    pub fresh_until: Timestamp,
    /// From then on the value is not there.
    pub good_until: Timestamp,
}

/// Bytes that are no value of this key: of another schema, cut short, or somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusable;

impl Envelope {
    pub fn is_good(&self, now: Timestamp) -> bool {
        // A clock that was set back must not make a value live longer than it was meant to.
        now < self.good_until && self.written_at.since(now) < self.good_until.since(self.written_at)
    }

    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.fresh_until
    }

    /// The envelope with its value, as it is stored.
    pub fn seal<T: Serialize>(&self, schema: u16, value: &T) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend(MAGIC);
        bytes.extend(schema.to_be_bytes());
        for time in [self.written_at, self.fresh_until, self.good_until] {
            bytes.extend(time.unix_millis().to_be_bytes());
        }
        serde_json::to_writer(&mut bytes, value).map_err(Error::internal)?;
        Ok(bytes)
    }

    /// Reads what [`Self::seal`] wrote for the same schema.
    pub fn open<T: DeserializeOwned>(schema: u16, bytes: &[u8]) -> Result<(Self, T), Unusable> {
        let (header, value) = bytes.split_first_chunk::<HEADER>().ok_or(Unusable)?;
        let rest = header.strip_prefix(&MAGIC).ok_or(Unusable)?;
        let rest = rest.strip_prefix(&schema.to_be_bytes()).ok_or(Unusable)?;
        let (times, _) = rest.as_chunks::<8>();
        let [written_at, fresh_until, good_until] =
            <[[u8; 8]; 3]>::try_from(times).map_err(|_| Unusable)?.map(|time| at(u64::from_be_bytes(time)));
        let value = serde_json::from_slice(value).map_err(|_| Unusable)?;
        Ok((Self { written_at, fresh_until, good_until }, value))
    }
}

fn at(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(millis)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn envelope() -> Envelope {
        Envelope { written_at: at(1_000), fresh_until: at(2_000), good_until: at(3_000) }
    }

    #[test]
    fn a_value_comes_out_as_it_went_in() {
        let value = vec![("ada".to_owned(), 0.75), ("ben".to_owned(), 0.5)];
        let sealed = envelope().seal(7, &value).unwrap();
        assert_eq!(Envelope::open(7, &sealed), Ok((envelope(), value)));
    }

    #[test]
    fn another_schema_and_another_shape_are_unusable() {
        let sealed = envelope().seal(7, &"text").unwrap();
        assert_eq!(Envelope::open::<String>(8, &sealed), Err(Unusable));
        assert_eq!(Envelope::open::<u64>(7, &sealed), Err(Unusable));
    }

    #[test]
    fn a_value_ages() {
        let ages = [999, 1_000, 1_999, 2_000, 2_999, 3_000].map(|now| {
            let now = at(now);
            (envelope().is_fresh(now), envelope().is_good(now))
        });
        let (fresh, old, gone) = ((true, true), (false, true), (false, false));
        assert_eq!(ages, [fresh, fresh, fresh, old, old, gone]);
    }

    #[test]
    fn a_value_from_far_ahead_is_not_believed() {
        let envelope = Envelope { written_at: at(9_000_000), fresh_until: at(9_001_000), good_until: at(9_002_000) };
        assert!(!envelope.is_good(at(1_000)));
    }

    proptest! {
        #[test]
        fn no_bytes_are_an_error(bytes: Vec<u8>, schema: u16) {
            prop_assert!(Envelope::open::<Vec<u64>>(schema, &bytes).is_err());
        }

        #[test]
        fn what_is_cut_short_is_unusable(kept in 0_usize..200) {
            let sealed = envelope().seal(7, &vec!["a value"; 20]).unwrap();
            let kept = kept.min(sealed.len() - 1);
            prop_assert!(Envelope::open::<Vec<String>>(7, &sealed[..kept]).is_err());
        }
    }
}
