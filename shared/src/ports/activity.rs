//! Who looks at their list these hours, and for whom an admin wishes one: whose lists are worth making ahead.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::error::Result;

#[async_trait]
pub trait Activity: Send + Sync {
    /// Notes that somebody looked at their list in this hour. Noting it twice is no error. It is kept for some hours.
    async fn visited(&self, user_id: UserId) -> Result<()>;

    /// Who looked at their list in the hour of `time`, at most `limit` of them. It may lack who did so a moment ago.
    async fn visitors(&self, time: Timestamp, limit: usize) -> Result<Vec<UserId>>;

    /// For whom an admin wished a list within the last hour, at most `limit` of them.
    async fn wished(&self, limit: usize) -> Result<Vec<UserId>>;
}
