//! Whether a dependency answers.

use async_trait::async_trait;

use crate::error::Result;

#[async_trait]
pub trait Probe: Send + Sync {
    /// The name under which readiness reports the dependency, such as `dynamodb`.
    fn name(&self) -> &'static str;

    /// Asks the dependency for something small that any working one can answer.
    async fn check(&self) -> Result<()>;
}
