//! Where messages come in, a bounded number per person and minute.

use std::sync::Arc;

use shared::domain::conversation::{Conversation, Message};
use shared::domain::id::{ConversationId, UserId};
use shared::domain::limit::{SEND_PER_PERSON, Subject};
use shared::edge::http::Limiter;
use shared::error::Result;
use shared::ports::conversations::Conversations;
use shared::ports::messages::{AmendView, Messages, SendView};

use crate::draft::Draft;
use crate::send::Try;

#[derive(Clone)]
pub struct Intake {
    messages: Arc<dyn Messages>,
    conversations: Arc<dyn Conversations>,
    limiter: Limiter,
}

impl Intake {
    pub fn new(messages: Arc<dyn Messages>, conversations: Arc<dyn Conversations>, limiter: Limiter) -> Self {
        Self { messages, conversations, limiter }
    }

    /// The first look of a send. What is sent is counted meanwhile, so that the limit costs nobody a round trip; who is
    /// known to be beyond it is refused without a look.
    pub(crate) async fn admit(&self, draft: &Draft) -> Result<SendView> {
        let count = self.count(draft.sender_id, draft.items.len());
        let ((), view) = tokio::try_join!(biased; count, self.look(draft))?;
        Ok(view)
    }

    pub(crate) async fn count(&self, sender_id: UserId, messages: usize) -> Result<()> {
        self.limiter.take_many(&SEND_PER_PERSON, &Subject::person(sender_id), messages).await
    }

    pub(crate) async fn look(&self, draft: &Draft) -> Result<SendView> {
        self.messages.view(draft.conversation_id, draft.sender_id, &draft.client_ids()).await
    }

    /// See [`Messages::append`].
    pub(crate) async fn store(&self, next: &Try) -> Result<bool> {
        self.messages.append(&next.conversation, &next.messages, &next.entry).await
    }

    pub(crate) async fn amend_view(&self, conversation_id: ConversationId, by: UserId, seq: u64) -> Result<AmendView> {
        self.messages.amend_view(conversation_id, by, seq).await
    }

    /// See [`Messages::amend`].
    pub(crate) async fn replace(&self, next: &Try, amended: &Message) -> Result<bool> {
        let Try { conversation, messages, entry } = next;
        match messages.as_slice() {
            [told] => self.messages.amend(conversation, amended, told, entry).await,
            _ => Err(shared::error::Error::internal("a change is told by one entry")),
        }
    }

    /// Whether the entries of a try are in the conversation.
    pub(crate) async fn has_stored(&self, one: &Try) -> Result<bool> {
        let Try { conversation, messages, .. } = one;
        let history =
            self.conversations.history(conversation.conversation_id, conversation.seq, messages.len()).await?;
        let ids = |messages: &[Message]| messages.iter().map(|message| message.message_id).collect::<Vec<_>>();
        Ok(ids(&history) == ids(messages))
    }

    /// Everybody who is to hear of what is said in a conversation.
    pub(crate) async fn members(&self, conversation: &Conversation) -> Result<Vec<UserId>> {
        self.conversations.members(conversation).await
    }
}
