//! What stands behind the cache: Redis or Valkey in cluster mode, or nothing at all.
//!
//! Invariants: whatever happens there, a call ends within the configured patience and costs nothing while the breaker is
//! open; no error and no log names the server.

mod link;
mod none;
mod probe;
mod redis;

use std::sync::Arc;

pub use none::{NoStats, NoStore};
pub use probe::CacheProbe;
pub use redis::RedisStore;

use crate::config::CacheConfig;
use crate::error::Result;
use crate::ports::ambient::Ambient;
use crate::ports::cache::{Cache, CacheStore};
use crate::ports::cache_stats::CacheStats;

/// The cache that the configuration describes: in front of a server if there is one, in memory alone otherwise. Connects
/// when it is first used; fails if the configuration can never work.
pub fn open(config: &CacheConfig, stats: Arc<dyn CacheStats>, ambient: Ambient) -> Result<Cache> {
    let store: Arc<dyn CacheStore> = match &config.url {
        Some(_) => Arc::new(RedisStore::new(config, ambient.clone())?),
        None => Arc::new(NoStore),
    };
    Ok(Cache::new(store, stats, config.tiers, ambient))
}
