//! Values that are kept for a while: the store behind the cache, and [`Cache`], which is what use cases hold.
//!
//! A cache changes how long an answer takes, never what it says: whatever goes wrong in here, the value is computed.

mod flight;
mod layer;
mod memory;
mod once;
mod source;
#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;

pub use layer::Cache;

use crate::domain::cache::KeyText;
use crate::error::Result;

/// Says who holds a lease: drawn anew for every one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseToken(pub [u8; 16]);

/// What asking for a lease found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whether the lease is ours now.
    pub is_ours: bool,
    /// What is stored by now.
    pub value: Option<Vec<u8>>,
}

/// Bytes that several processes share. Nobody may rely on anything being kept, and every failure means "go on without".
///
/// MUST answer or fail within a small part of a request's time, also when what is behind it is dead, slow or full.
#[async_trait]
pub trait CacheStore: Send + Sync {
    /// What is stored under each of the keys, in their order.
    async fn get(&self, keys: &[KeyText]) -> Result<Vec<Option<Vec<u8>>>>;

    /// Stores a value that MUST be gone after `ttl`.
    async fn put(&self, key: &KeyText, value: &[u8], ttl: Duration) -> Result<()>;

    /// Takes the lease on a key if nobody holds it, and reads the value after that. A lease MUST end by itself, or a holder
    /// that dies would make everybody wait for ever.
    async fn claim(&self, key: &KeyText, token: LeaseToken, lease: Duration) -> Result<Claim>;

    /// Stores the value, if there is one, and gives the lease back. MUST leave a lease alone that is somebody else's by now.
    async fn settle(&self, key: &KeyText, token: LeaseToken, value: Option<(&[u8], Duration)>) -> Result<()>;
}
