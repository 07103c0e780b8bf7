//! Who somebody is to a provider.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::email::EmailAddress;
use crate::domain::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    Google,
    GitHub,
}

impl Provider {
    pub const ALL: [Self; 2] = [Self::Google, Self::GitHub];

    /// The name in paths, keys and secrets. It never changes: stored identities carry it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::GitHub => "github",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == name)
    }
}

/// The longest subject that `OpenID` Connect allows.
const MAX_SUBJECT: usize = 255;

/// The name under which a provider knows a person. Addresses change hands and are changed; this does neither.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdentityId {
    provider: Provider,
    subject: String,
}

impl IdentityId {
    /// Nothing if the subject is no visible ASCII text of a sensible length.
    pub fn new(provider: Provider, subject: &str) -> Option<Self> {
        let is_plain = subject.bytes().all(|byte| byte.is_ascii_graphic());
        let fits = (1..=MAX_SUBJECT).contains(&subject.len());
        (fits && is_plain).then(|| Self { provider, subject: subject.to_owned() })
    }

    pub const fn provider(&self) -> Provider {
        self.provider
    }

    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl fmt::Debug for IdentityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityId({}, …)", self.provider.as_str())
    }
}

/// What a provider says about the person who came back from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: IdentityId,
    /// The address that the provider itself has verified; one that it has not is never looked at.
    pub verified_email: Option<EmailAddress>,
}

/// An identity that opens an account, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedIdentity {
    pub id: IdentityId,
    pub linked_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_stay_what_is_stored() {
        for provider in Provider::ALL {
            assert_eq!(Provider::parse(provider.as_str()), Some(provider));
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.as_str());
        }
        assert_eq!(Provider::parse("Google"), None);
    }

    #[test]
    fn a_subject_is_short_visible_ascii() {
        let id = |subject: &str| IdentityId::new(Provider::Google, subject);
        assert!(id("108").is_some() && id(&"x".repeat(255)).is_some());
        for subject in ["", "a b", "a\0", "ü", &"x".repeat(256)] {
            assert!(id(subject).is_none(), "{subject:?}");
        }
    }
}
