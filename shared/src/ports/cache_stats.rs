//! What the caches of all environments did, for the admin and for readiness.

use async_trait::async_trait;

use crate::domain::cache::Tally;
use crate::domain::time::Timestamp;
use crate::error::Result;

#[async_trait]
pub trait CacheStats: Send + Sync {
    /// Adds what one environment counted since it added last. MUST add to what others add at the same moment.
    async fn add(&self, tally: &Tally) -> Result<()>;

    /// Everything that was counted since the beginning of the hour of `since`. Counters are kept for two days.
    async fn read(&self, since: Timestamp) -> Result<Tally>;
}
