//! The keys that sign access tokens: generations of secret seeds, and the time at which each of them signs.
//!
//! A key is announced, signs, and is retired. Announced, it is published and signs nothing yet, until whoever caches the
//! key set has seen it. Retired, it stays published until the last token that it signed has expired. A published key
//! says itself from when on it signs, so that everybody who reads the same keys comes to the same conclusion.

mod ring;
mod seed;
mod timeline;

pub use ring::{Generation, Keyring};
pub use seed::Seed;
pub use timeline::{
    ANNOUNCEMENT, MARGIN, PublishedKey, TERM, Urgency, announce, may_introduce, signer, turn, withdraw,
};

#[cfg(test)]
mod property_tests;
