//! Seeds: the secret texts that keys are derived from.

use std::fmt;

use aws_lc_rs::hkdf;

use crate::domain::hex;
use crate::error::{Error, Result};

/// A guessable seed would make every token forgeable: a shorter one than the template makes is refused.
const MIN_BYTES: usize = 64;

/// A text that nobody can guess. Each key is derived from it under a label of its own.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed(String);

impl Seed {
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() < MIN_BYTES {
            return Err(Error::internal("the seed in the secret is too short"));
        }
        Ok(Self(text.to_owned()))
    }

    /// A new seed from 256 random bits.
    pub fn from_chance(bytes: [u8; 32]) -> Self {
        Self(hex::encode(&bytes))
    }

    /// The key under a label (HKDF-SHA-256).
    pub fn derive(&self, label: &[u8]) -> Result<[u8; 32]> {
        let mut key = [0; 32];
        hkdf::Salt::new(hkdf::HKDF_SHA256, b"")
            .extract(self.0.as_bytes())
            .expand(&[label], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key))
            .map_err(Error::internal)?;
        Ok(key)
    }

    /// The text for the secret's store; the only way it leaves this type.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_seeds_make_different_keys() {
        let (seed, other) = (Seed::from_chance([1; 32]), Seed::from_chance([2; 32]));
        let key = seed.derive(b"a").unwrap();
        assert_eq!(seed.derive(b"a").unwrap(), key);
        assert_ne!(seed.derive(b"b").unwrap(), key);
        assert_ne!(other.derive(b"a").unwrap(), key);
    }

    #[test]
    fn a_short_seed_is_refused_and_none_shows_itself() {
        assert!(Seed::parse(&"a".repeat(63)).is_err());
        let seed = Seed::parse(&"a".repeat(64)).unwrap();
        assert_eq!(format!("{seed:?}"), "Seed(…)");
        assert!(Seed::parse(Seed::from_chance([7; 32]).expose()).is_ok());
    }
}
