//! What readiness asks the cache.

use async_trait::async_trait;

use super::redis::RedisStore;
use crate::config::CacheConfig;
use crate::error::Result;
use crate::ports::ambient::Ambient;
use crate::ports::probe::Probe;

#[derive(Debug)]
pub struct CacheProbe(RedisStore);

impl CacheProbe {
    /// Nothing when there is no cache to ask.
    pub fn new(config: &CacheConfig, ambient: Ambient) -> Result<Option<Self>> {
        config.url.as_ref().map(|_| RedisStore::new(config, ambient).map(Self)).transpose()
    }
}

#[async_trait]
impl Probe for CacheProbe {
    fn name(&self) -> &'static str {
        "cache"
    }

    async fn check(&self) -> Result<()> {
        self.0.ping().await
    }
}
