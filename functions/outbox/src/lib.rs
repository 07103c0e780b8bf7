//! `outbox`: carries each committed side effect to its queue.
//!
//! The rows stay where they are: whoever keeps a promise deletes it, and `sweep` relays again what is left over.

use std::sync::Arc;

use shared::domain::outbox::OutboxEntry;
use shared::error::Result;
use shared::ports::outbox::Queues;

#[derive(Clone)]
pub struct Deps {
    pub queues: Arc<dyn Queues>,
}

/// Hands every entry to the queue of its lane. A failure means that some may not have been handed over: the batch is
/// relayed again, and consumers tell a repeated entry by its id.
pub async fn relay(deps: &Deps, entries: Vec<OutboxEntry>) -> Result<()> {
    deps.queues.relay(&entries).await
}
