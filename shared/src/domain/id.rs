//! Identifiers: `UUIDv7`, so that they sort by the time they were made, each noun with a type of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::time::Timestamp;

/// What every identifier can do; lets `Rng::id` make any of them.
pub trait Id: Sized {
    /// Builds the id from its two ingredients, so that the domain needs neither a clock nor a source of chance.
    fn from_parts(now: Timestamp, entropy: [u8; 10]) -> Self;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid", example = "0193f2a0-7c1e-7b3a-9d52-3f1c8e6a4b10")]
        pub struct $name(Uuid);

        impl $name {
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }

            /// When the id was made, to the millisecond.
            pub fn made_at(&self) -> Timestamp {
                let millis = self.0.as_bytes().iter().take(6).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
                Timestamp::from_unix_millis(millis)
            }
        }

        impl Id for $name {
            fn from_parts(now: Timestamp, entropy: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(now.unix_millis(), &entropy).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId
    /// One sign-in of one person on one device.
    SessionId
    /// A conversation of two or more people.
    ConversationId
    /// One chat message.
    MessageId
    /// One request to prove who reads a mailbox: it has a code of its own.
    ChallengeId
    /// One promised side effect.
    OutboxId
    /// What somebody told the staff about somebody else.
    ReportId
    /// Something that several people want to do together.
    ProjectId
    /// One act of staff, in the audit.
    AuditId
    /// A copy of what is known of somebody.
    ExportId
    /// A photo of somebody, from the moment on at which they ask to upload it.
    PhotoId
}

impl UserId {
    /// Stands where somebody took part who has erased their account. Nobody is ever given it.
    pub const NOBODY: Self = Self(Uuid::nil());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let early = UserId::from_parts(Timestamp::from_unix_millis(1_000), [0xff; 10]);
        let late = UserId::from_parts(Timestamp::from_unix_millis(1_001), [0; 10]);
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
    }
}
