//! What a link in a mail needs to end such mails without a sign-in.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::hex;
use super::id::UserId;

/// Longer than anybody keeps a digest in order to unsubscribe by it; the law of some places asks for 30 days.
pub const UNSUBSCRIBE_LIFETIME: Duration = Duration::from_hours(24 * 60);

/// Whose digests it ends, and 128 random bits. As text it is 43 characters of base64url; stored is its hash alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UnsubscribeToken {
    user_id: UserId,
    entropy: [u8; 16],
}

impl UnsubscribeToken {
    pub const fn new(user_id: UserId, entropy: [u8; 16]) -> Self {
        Self { user_id, entropy }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (user_id, entropy) = bytes.split_first_chunk()?;
        Some(Self { user_id: UserId::from_uuid(Uuid::from_bytes(*user_id)), entropy: entropy.try_into().ok()? })
    }

    pub const fn user_id(&self) -> UserId {
        self.user_id
    }

    /// The text for the mail; the only way it leaves this type.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes())
    }

    pub fn hash(&self) -> String {
        hex::encode(digest::digest(&digest::SHA256, &self.bytes()).as_ref())
    }

    fn bytes(&self) -> Vec<u8> {
        [&self.user_id.as_uuid().as_bytes()[..], &self.entropy].concat()
    }
}

impl fmt::Debug for UnsubscribeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsubscribeToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_token_is_read_as_it_was_written(user_id in any::<u128>(), entropy in any::<[u8; 16]>()) {
            let token = UnsubscribeToken::new(UserId::from_uuid(Uuid::from_u128(user_id)), entropy);
            let text = token.expose();
            prop_assert_eq!(text.len(), 43);
            prop_assert_eq!(UnsubscribeToken::parse(&text), Some(token));
        }

        #[test]
        fn anything_else_is_none(text in ".{0,60}") {
            if let Some(token) = UnsubscribeToken::parse(&text) {
                prop_assert_eq!(token.expose(), text);
            }
        }
    }

    #[test]
    fn a_hash_is_of_the_person_too() {
        let of = |person| UnsubscribeToken::new(UserId::from_uuid(Uuid::from_u128(person)), [7; 16]).hash();
        assert_ne!(of(1), of(2));
    }
}
