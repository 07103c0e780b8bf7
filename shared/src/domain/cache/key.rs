//! Keys: typed in the code, and texts of bounded length in Redis.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use aws_lc_rs::digest;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Family, Tier};
use crate::domain::hex;

/// The key of one kind of value. The type fixes what is kept under it, for how long and in which family it counts.
pub trait Key: Send + Sync {
    type Value: Serialize + DeserializeOwned + Send + Sync + 'static;

    const FAMILY: Family;
    /// How long a value may be used.
    const TIER: Tier;
    /// Counted up with every change of what `Value` looks like or means: values of another number are not there.
    const SCHEMA: u16;
    /// How long one environment may answer from its own memory without asking Redis.
    const IN_PROCESS: Tier = Tier::Short;
    /// After this long a value may still be shown while one asker computes it anew; nothing says that it never may.
    const FRESH: Option<Tier> = None;

    /// Says what the value was computed from: ids, versions, hashes. Two keys with the same parts are the same key.
    fn parts(&self, parts: &mut Parts);

    /// The key as Redis knows it, in the present generation of its family.
    fn text(&self, generation: u64) -> KeyText {
        let mut parts = Parts(String::new());
        self.parts(&mut parts);
        KeyText::new(Self::FAMILY, Self::SCHEMA, generation, &parts.0)
    }
}

/// What a key is made of.
#[derive(Debug)]
pub struct Parts(String);

impl Parts {
    /// Adds one part. The separator inside of a part is escaped, so that `a:b` beside `c` is not `a` beside `b:c`. Braces
    /// are too: Redis Cluster would take what is between them for the whole key.
    pub fn add(&mut self, part: impl fmt::Display) -> &mut Self {
        self.0.push(':');
        for character in part.to_string().chars() {
            match character {
                ':' | '%' | '{' | '}' => {
                    // Writing to a String cannot fail.
                    write!(self.0, "%{:02x}", u32::from(character)).ok();
                }
                character => self.0.push(character),
            }
        }
        self
    }
}

/// A key in Redis: `cm:<family>:<schema>:<generation>:<parts>`, or the digest of the parts when they are long.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyText(Arc<str>);

impl KeyText {
    /// The longest text there is, in bytes.
    pub const MAX_BYTES: usize = 200;

    fn new(family: Family, schema: u16, generation: u64, parts: &str) -> Self {
        let prefix = format!("cm:{}:{schema}:{generation}", family.as_str());
        let text = format!("{prefix}{parts}");
        if text.len() <= Self::MAX_BYTES {
            return Self(text.into());
        }
        // No part is written with a `#` after the separator left out, so no short key looks like this.
        let digest = digest::digest(&digest::SHA256, parts.as_bytes());
        Self(format!("{prefix}#{}", hex::encode(digest.as_ref())).into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of the lease on this key, in the same slot.
    pub fn lease(&self) -> String {
        format!("{{{}}}:lease", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Parrot(Vec<String>);

    impl Key for Parrot {
        type Value = String;
        const FAMILY: Family = Family::List;
        const TIER: Tier = Tier::Short;
        const SCHEMA: u16 = u16::MAX;

        fn parts(&self, parts: &mut Parts) {
            for part in &self.0 {
                parts.add(part);
            }
        }
    }

    fn text(parts: &[&str], generation: u64) -> KeyText {
        Parrot(parts.iter().map(|&part| part.to_owned()).collect()).text(generation)
    }

    #[test]
    fn a_key_says_where_it_belongs() {
        assert_eq!(text(&["ada", "7"], 3).as_str(), "cm:list:65535:3:ada:7");
        assert_ne!(text(&["ada", "7"], 3), text(&["ada", "7"], 4));
        assert_eq!(text(&["ada", "7"], 3).lease(), "{cm:list:65535:3:ada:7}:lease");
    }

    #[test]
    fn a_long_key_is_its_digest() {
        let long = "x".repeat(5_000);
        let (first, second) = (text(&[&long, "1"], u64::MAX), text(&[&long, "2"], u64::MAX));
        assert_ne!(first, second);
        assert!(first.as_str().starts_with("cm:list:65535:18446744073709551615#"));
    }

    proptest! {
        #[test]
        fn different_parts_are_different_keys(
            one in prop::collection::vec("[a:%{}#]{0,3}|[a-z]{150}", 0..4),
            other in prop::collection::vec("[a:%{}#]{0,3}|[a-z]{150}", 0..4),
        ) {
            let same = one == other;
            prop_assert_eq!(Parrot(one).text(1) == Parrot(other).text(1), same);
        }

        #[test]
        fn a_key_is_bounded_and_belongs_to_one_slot(
            parts in prop::collection::vec(".{0,120}", 0..6), generation: u64,
        ) {
            let key = Parrot(parts).text(generation);
            prop_assert!(key.as_str().len() <= KeyText::MAX_BYTES);
            let braces = key.as_str().contains(['{', '}']);
            prop_assert!(!braces);
        }
    }
}
