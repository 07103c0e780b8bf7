//! Work that failed for good, for staff.

use async_trait::async_trait;

use crate::domain::dead_letter::{DeadLetter, DeadLetterQueue, HeldLetter};
use crate::error::Result;

#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// About how many messages rest in a queue.
    async fn count(&self, queue: DeadLetterQueue) -> Result<u64>;

    /// Some of them, at most `limit`, each once, the oldest first. They MUST stay where they are.
    async fn read(&self, queue: DeadLetterQueue, limit: usize) -> Result<Vec<DeadLetter>>;

    /// Takes one out of others' sight for half a minute; nothing if it is not there, or somebody else looks at it. It comes back
    /// by itself, and others MUST stay where they are.
    async fn take(&self, queue: DeadLetterQueue, message_id: &str) -> Result<Option<HeldLetter>>;

    /// Deletes one that was taken, for good, and gives the promise up that it carries: MUST do that first, so that whoever dies
    /// in between finds the letter again, and not a promise that comes back by itself.
    async fn discard(&self, queue: DeadLetterQueue, letter: HeldLetter) -> Result<()>;

    /// Puts at most `limit` of them back into the queues in which they failed; answers how many. None may be lost: what
    /// fails in between is in both queues, and consumers are idempotent.
    async fn redrive(&self, queue: DeadLetterQueue, limit: usize) -> Result<usize>;
}
