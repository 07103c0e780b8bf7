//! Where messages come in, a bounded number per person and minute.

use std::sync::Arc;

use shared::domain::conversation::{Conversation, Message};
use shared::domain::limit::{SEND_PER_PERSON, Subject};
use shared::domain::outbox::OutboxEntry;
use shared::edge::http::Limiter;
use shared::error::Result;
use shared::ports::messages::{Messages, SendView};

use crate::send::Draft;

#[derive(Clone)]
pub struct Intake {
    messages: Arc<dyn Messages>,
    limiter: Limiter,
}

impl Intake {
    pub fn new(messages: Arc<dyn Messages>, limiter: Limiter) -> Self {
        Self { messages, limiter }
    }

    /// The first look of a send. The sender is counted meanwhile, so that the limit costs nobody a round trip; who is known
    /// to be beyond it is refused without a look.
    pub(crate) async fn admit(&self, draft: &Draft) -> Result<SendView> {
        let sender = Subject::person(draft.sender_id);
        let ((), view) = tokio::try_join!(biased; self.limiter.take(&SEND_PER_PERSON, &sender), self.look(draft))?;
        Ok(view)
    }

    pub(crate) async fn look(&self, draft: &Draft) -> Result<SendView> {
        self.messages.view(draft.conversation_id, draft.sender_id, &draft.client_id).await
    }

    /// See [`Messages::append`].
    pub(crate) async fn store(&self, seen: &Conversation, message: &Message, entry: &OutboxEntry) -> Result<bool> {
        self.messages.append(seen, message, entry).await
    }
}
