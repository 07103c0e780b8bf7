//! Passwords: what is accepted, and Argon2id around it.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;

use super::breached::is_breached;
use super::fields::Refusal;
use crate::error::{Error, Result};

/// OWASP's second recommendation for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Words that passwords may contain and not consist of.
const OUR_WORDS: [&str; 2] = ["collabmatch", "collab"];

const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 128;

/// A password as somebody typed it, normalised to NFKC so that every keyboard types the same one.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// A new password, which must not be one that everybody tries first.
    pub fn choose(text: &str) -> Result<Self, Refusal> {
        let password = Self::parse(text)?;
        if is_breached(&password.0) {
            Err(BREACHED)
        } else if is_about_us(&password.0) {
            Err(ABOUT_US)
        } else {
            Ok(password)
        }
    }

    /// A password that is compared with a stored one, whatever was allowed when that was chosen.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > MAX_CHARS * 12 {
            return Err(LENGTH);
        }
        // Counted as typed: the compatible form of one ligature may have eighteen characters.
        let is_allowed = (MIN_CHARS..=MAX_CHARS).contains(&text.nfc().count());
        if is_allowed { Ok(Self(text.nfkc().collect())) } else { Err(LENGTH) }
    }

    /// Whether a stored hash was made with other parameters than today's.
    pub fn is_outdated(phc: &str) -> bool {
        !phc.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
    }

    /// Hashes with Argon2id; takes tens of milliseconds and [`MEMORY_KIB`] of memory.
    pub fn hash(&self, salt: [u8; 16]) -> Result<String> {
        let hash = argon2id()?.hash_password_with_salt(self.0.as_bytes(), &salt).map_err(Error::internal)?;
        Ok(hash.to_string())
    }

    /// Whether this is the password behind `phc`, at the same cost whatever the answer.
    pub fn matches(&self, phc: &str) -> Result<bool> {
        let hash = PasswordHash::new(phc).map_err(Error::internal)?;
        match argon2id()?.verify_password(self.0.as_bytes(), &hash) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(Error::internal(error)),
        }
    }
}

/// A hash of nobody's password, verified when an account does not exist, so that both answers cost the same.
pub const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y29sbGFibWF0Y2gtZGVjb3k$kJ0Y8Zr6sYV3y1n9cZ0Xq0l7m8b0j5o2v3w4x5y6z7A";

const BREACHED: Refusal =
    Refusal::Borrowed("password is among those that are tried first, because it was found in breaches; choose another");
const ABOUT_US: Refusal =
    Refusal::Borrowed("password has little beside the name of this service, which is tried first; choose another");
const LENGTH: Refusal = Refusal::Borrowed("password must have 8 to 128 characters");

/// Whether less than a whole password is left without the words that everybody connects with us.
fn is_about_us(password: &str) -> bool {
    let folded = password.to_lowercase();
    let rest = OUR_WORDS.iter().fold(folded.clone(), |rest, word| rest.replace(word, ""));
    rest.len() < folded.len() && rest.chars().count() < MIN_CHARS
}

fn argon2id() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_matches() {
        let hash = Password::parse("correct horse").unwrap().hash([7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(Password::parse("correct horse").unwrap().matches(&hash).unwrap());
        assert!(!Password::parse("correct house").unwrap().matches(&hash).unwrap());
    }

    #[test]
    fn the_decoy_is_verified_at_full_cost_and_matches_nothing() {
        assert!(DECOY.contains(&format!("m={MEMORY_KIB},t={PASSES},p={LANES}")));
        assert!(!Password::parse("any password").unwrap().matches(DECOY).unwrap());
    }

    #[test]
    fn a_breached_password_is_not_chosen_and_still_compared() {
        assert!(Password::choose("Password1").is_err());
        assert!(Password::parse("Password1").is_ok());
        assert!(Password::choose("correct horse battery").is_ok());
    }

    #[test]
    fn a_password_about_us_is_not_chosen() {
        for guess in ["collabmatch", "CollabMatch1", "collab-match", "2026collabmatch!"] {
            assert!(Password::choose(guess).is_err(), "{guess}");
        }
        assert!(Password::choose("collaborate on horses").is_ok());
        assert!(Password::choose("my collabmatch horse staple").is_ok());
    }

    #[test]
    fn upper_and_lower_case_differ() {
        let hash = Password::parse("Correct Horse").unwrap().hash([7; 16]).unwrap();
        assert!(!Password::parse("correct horse").unwrap().matches(&hash).unwrap());
    }

    #[test]
    fn a_hash_of_other_parameters_is_outdated() {
        assert!(!Password::is_outdated(DECOY));
        assert!(Password::is_outdated(&DECOY.replace("t=2", "t=1")));
    }

    #[test]
    fn counts_characters_and_normalises() {
        assert!(Password::parse("\u{fdfa}").is_err(), "one character, however many it decomposes into");
        assert!(Password::parse(&"x".repeat(128)).is_ok() && Password::parse(&"x".repeat(129)).is_err());
        assert!(Password::parse("кошка12").is_err());
        assert!(Password::parse("кошка123").is_ok());
        let composed = Password::parse("caf\u{e9}caf\u{e9}").unwrap().hash([1; 16]).unwrap();
        assert!(Password::parse("cafe\u{301}cafe\u{301}").unwrap().matches(&composed).unwrap());
    }
}
