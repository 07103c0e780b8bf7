//! Codes of six or eight digits that prove who reads a mailbox: short-lived, few tries, and stored only as a keyed hash.
//!
//! A code answers one challenge, whose id only the client knows that asked for it. Whoever asks for another one for the
//! same account spends tries of that one, never those of the owner.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::{constant_time, hmac};
use serde::{Deserialize, Serialize};

use super::fields::Refusal;
use super::hex;
use super::id::ChallengeId;
use super::time::Timestamp;

pub const LIFETIME: Duration = Duration::from_mins(10);
pub const MAX_TRIES: u32 = 5;
/// How many of the codes sent last are accepted: mails overtake each other.
pub const VALID_CODES: usize = 2;

/// What a code is for. One that was sent for one thing is of no use for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePurpose {
    /// Confirms the address of a registration.
    Verify,
    /// Sets a new password.
    Reset,
    /// Signs in beside the password while strangers guess it.
    SignIn,
    /// Erases the account.
    Erase,
}

impl CodePurpose {
    /// Eight where a code alone takes an account over or ends it: whoever asks for one code after the other gets further tries with
    /// each of them.
    const fn digits(self) -> u32 {
        match self {
            Self::Reset | Self::Erase => 8,
            Self::Verify | Self::SignIn => 6,
        }
    }

    /// How many codes there are.
    pub const fn numbers(self) -> u32 {
        10_u32.pow(self.digits())
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "VERIFY",
            Self::Reset => "RESET",
            Self::SignIn => "SIGN-IN",
            Self::Erase => "ERASE",
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
pub struct ConfirmationCode(String);

impl ConfirmationCode {
    /// Takes a number below [`CodePurpose::numbers`], drawn by the caller.
    pub fn from_number(purpose: CodePurpose, number: u32) -> Self {
        let (number, width) = (number % purpose.numbers(), purpose.digits() as usize);
        Self(format!("{number:0width$}"))
    }

    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let is_code = matches!(text.len(), 6 | 8) && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_code {
            Ok(Self(text.to_owned()))
        } else {
            Err("code must have 6 digits, or 8 for a new password or an erasure".into())
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ConfirmationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfirmationCode(…)")
    }
}

/// The key that makes a hash of one of a million codes worth storing; it lives in Secrets Manager.
#[derive(Clone)]
pub struct CodeKey(hmac::Key);

impl CodeKey {
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The hash binds the code to its challenge and its purpose, so that a stored hash is of no use elsewhere.
    pub fn hash(&self, challenge_id: ChallengeId, purpose: CodePurpose, code: &ConfirmationCode) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(purpose.as_str().as_bytes());
        context.update(challenge_id.as_uuid().as_bytes());
        context.update(code.0.as_bytes());
        hex::encode(context.sign().as_ref())
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

/// A code as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCode {
    pub hash: String,
    pub valid_until: Timestamp,
}

/// Whether `hash` is among the codes that are valid now. Every stored code is compared, in constant time.
pub fn accepts(codes: &[StoredCode], hash: &str, now: Timestamp) -> bool {
    let start = codes.len().saturating_sub(VALID_CODES);
    codes[start..].iter().fold(false, |found, code| {
        let same = constant_time::verify_slices_are_equal(code.hash.as_bytes(), hash.as_bytes()).is_ok();
        found || (same && code.valid_until > now)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    fn stored(hash: &str, valid_until: u64) -> StoredCode {
        StoredCode { hash: hash.into(), valid_until: Timestamp::from_unix_seconds(valid_until) }
    }

    #[test]
    fn the_last_two_unexpired_codes_are_accepted() {
        let now = Timestamp::from_unix_seconds(100);
        let codes = [stored("a", 200), stored("b", 200), stored("c", 100)];
        assert!(!accepts(&codes, "a", now), "an older code than the last two");
        assert!(accepts(&codes, "b", now));
        assert!(!accepts(&codes, "c", now), "expired in this very second");
    }

    #[test]
    fn a_hash_is_bound_to_its_challenge_and_purpose() {
        let (key, code) = (CodeKey::new(b"key"), ConfirmationCode::from_number(CodePurpose::Verify, 42));
        let one = ChallengeId::from_parts(Timestamp::from_unix_millis(1), [1; 10]);
        let other = ChallengeId::from_parts(Timestamp::from_unix_millis(1), [2; 10]);
        assert_eq!(code.as_str(), "000042");
        assert_eq!(ConfirmationCode::from_number(CodePurpose::Reset, 42).as_str(), "00000042");
        let hash = key.hash(one, CodePurpose::Verify, &code);
        assert_ne!(hash, key.hash(other, CodePurpose::Verify, &code));
        assert_ne!(hash, key.hash(one, CodePurpose::Reset, &code));
    }
}
