//! The cache against a real redis-server in cluster mode: what is kept there and for how long, what happens when the server
//! does not answer, and how often a value is computed when everybody wants it at once.

mod fleet;
mod outages;
mod server;

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use shared::adapters::cache::{self, RedisStore};
use shared::adapters::system;
use shared::config::{CacheConfig, Vars};
use shared::domain::cache::{Family, Key, Parts, Tally, Tier};
use shared::domain::time::Timestamp;
use shared::error::Result;
use shared::ports::ambient::Ambient;
use shared::ports::cache::Cache;
use shared::ports::cache_stats::CacheStats;
use xtask::local::LocalCache;

/// Far longer than any answer takes on a machine that does other things at the same time.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// The server that nobody hurts.
fn server() -> &'static LocalCache {
    static SERVER: LazyLock<LocalCache> = LazyLock::new(|| start("test-cache"));
    &SERVER
}

fn start(label: &str) -> LocalCache {
    LocalCache::start(label).unwrap_or_else(|failure| panic!("{failure}"))
}

/// A runtime for one test: connections belong to the runtime that opened them.
fn finish<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// The configuration of a function that is told this URL.
fn config(url: &str) -> CacheConfig {
    let mut vars = Vars::from_iter([("APP_CACHE_URL", url)]);
    let config = CacheConfig::read(&mut vars);
    vars.finish().unwrap();
    config
}

/// The same with more patience, for tests that are not about time.
fn patient(url: &str) -> CacheConfig {
    CacheConfig { patience: PATIENCE, ..config(url) }
}

fn store(config: &CacheConfig, ambient: Ambient) -> RedisStore {
    RedisStore::new(config, ambient).unwrap()
}

/// The cache of a new environment.
fn environment(url: &str) -> Cache {
    cache::open(&patient(url), Arc::new(Unread), system::ambient()).unwrap()
}

/// Statistics that nobody reads.
struct Unread;

#[async_trait]
impl CacheStats for Unread {
    async fn add(&self, _: &Tally) -> Result<()> {
        Ok(())
    }

    async fn read(&self, _: Timestamp) -> Result<Tally> {
        Ok(Tally::default())
    }
}

/// A value under a name.
struct Note(String);

impl Note {
    fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl Key for Note {
    type Value = String;
    const FAMILY: Family = Family::List;
    const TIER: Tier = Tier::RankedLists;
    const SCHEMA: u16 = 1;

    fn parts(&self, parts: &mut Parts) {
        parts.add(&self.0);
    }
}
