//! Mail addresses, as far as they can be checked without sending a mail.

use std::fmt;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

use super::fields::Refusal;
use super::hex;

/// The longest address that SMTP can carry in a path (RFC 5321, 4.5.3.1.3, less the angle brackets).
const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;

/// An address in the form in which accounts are found: trimmed and in lower case. Mail systems that tell `Ada@` from
/// `ada@` exist on paper only, while people who type both exist in numbers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(REFUSED)?;
        let fits = text.len() <= MAX_BYTES && local.len() <= MAX_LOCAL_BYTES;
        if fits && is_dot_atom(local) && is_domain(domain) { Ok(Self(text.to_lowercase())) } else { Err(REFUSED) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key under which the address is claimed: a digest, so that no key, log or error carries the address.
    pub fn digest(&self) -> String {
        hex::encode(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref())
    }
}

const REFUSED: Refusal = Refusal::Borrowed("email must be a mail address such as ada@example.org");

/// RFC 5322's dot-atom; quoted local parts are legal, never used, and a way to smuggle headers.
fn is_dot_atom(local: &str) -> bool {
    let is_atom_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    !local.is_empty() && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_person_is_one_address() {
        assert_eq!(EmailAddress::parse(" Ada@Example.ORG ").unwrap(), EmailAddress::parse("ada@example.org").unwrap());
    }

    #[test]
    fn refuses_what_is_no_address_or_would_break_a_header() {
        for text in ["", "ada", "@example.org", "ada@", "ada@localhost", "a..b@example.org", "ada@-x.org"] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
        for text in ["ada@example.org\r\nBcc: all@example.org", "\"a b\"@example.org", "ada@exa mple.org"] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
        assert!(EmailAddress::parse(&format!("{}@example.org", "a".repeat(65))).is_err());
    }

    #[test]
    fn never_shows_itself_in_a_log() {
        assert!(!format!("{:?}", EmailAddress::parse("ada@example.org").unwrap()).contains("ada"));
    }

    proptest! {
        #[test]
        fn never_lets_a_line_break_through(text in "[a-z.\\r\\n ]{1,6}@[a-z.\\r\\n ]{1,6}\\.org[\\r\\n]?") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert!(!address.as_str().contains(['\r', '\n', ' ', '\0']));
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }
    }
}
