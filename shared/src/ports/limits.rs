//! Counters of what people do, for those who must not let everything be done at any rate.

use async_trait::async_trait;

use crate::domain::limit::{Allowance, Limit, Subject};
use crate::error::Result;

#[async_trait]
pub trait Limits: Send + Sync {
    /// Counts so many attempts more. MUST count attempts that come at the same moment one by one.
    async fn take_many(&self, limit: &'static Limit, subject: &Subject, attempts: u32) -> Result<Allowance>;

    /// Counts one more attempt.
    async fn take(&self, limit: &'static Limit, subject: &Subject) -> Result<Allowance> {
        self.take_many(limit, subject, 1).await
    }

    /// Takes an attempt back that turned out not to be one of those that are counted.
    async fn give_back(&self, limit: &'static Limit, subject: &Subject) -> Result<()>;
}
