//! The chat table, for the one who sends.

use async_trait::async_trait;

use super::chat_items::{Found, StoredMessage, StoredSend, member_key, message_key, meta_key, send_key};
use super::expression::Expression;
use super::item::{encode, number, text, value};
use super::outbox::{DynamoOutbox, row};
use super::table::{Read, Table};
use super::transaction::{Outcome, Transaction};
use crate::domain::conversation::{ClientId, Conversation, Message};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::error::{Error, Result};
use crate::ports::messages::{AmendView, Messages, SendView};

/// The row is that of somebody who takes part.
const TAKES_PART: &str = "attribute_exists(pk) AND attribute_not_exists(left_at)";

#[derive(Clone, Debug)]
pub struct DynamoMessages {
    chat: Table,
    outbox: DynamoOutbox,
}

impl DynamoMessages {
    pub fn new(chat: Table, outbox: DynamoOutbox) -> Self {
        Self { chat, outbox }
    }

    /// The messages with these numbers, all of which MUST exist.
    async fn messages(&self, conversation_id: ConversationId, seqs: &[u64]) -> Result<Vec<Message>> {
        let keys: Vec<_> = seqs.iter().map(|seq| message_key(conversation_id, *seq)).collect();
        let mut found = Found::new(self.chat.get_many(&keys, Read::Strong).await?);
        let message = |seq: &u64| {
            let message = found.message(conversation_id, *seq)?;
            message.ok_or_else(|| Error::internal("a stored send has no message"))
        };
        seqs.iter().map(message).collect()
    }

    /// Moves the conversation on by some entries. This is where a rival, a block, an unmatch and the end of a project are
    /// noticed.
    fn advance(&self, seen: &Conversation, seq: u64, count: u64, last: Option<&Message>) -> Result<Transaction> {
        let mut change = Expression::new("SET seq = :seq, #count = :count")
            .name("#count", "count")
            .name("#state", "state")
            .value(":seq", number(seq))
            .value(":count", number(count))
            .value(":expected", number(seen.seq))
            .value(":open", text("open"));
        if let Some(last) = last {
            let last = value(&StoredMessage::from(last))?;
            change = change.reading("SET seq = :seq, #count = :count, #last = :last");
            change = change.name("#last", "last").value(":last", last);
        }
        let key = meta_key(seen.conversation_id);
        Ok(self.chat.transaction().update_if(&self.chat, &key, change, "seq = :expected AND #state = :open"))
    }
}

#[async_trait]
impl Messages for DynamoMessages {
    async fn view(&self, conversation_id: ConversationId, sender: UserId, client_ids: &[ClientId]) -> Result<SendView> {
        let sends: Vec<_> = client_ids.iter().map(|id| send_key(conversation_id, sender, id)).collect();
        let mut keys = vec![meta_key(conversation_id), member_key(conversation_id, sender)];
        keys.extend(sends.iter().cloned());
        let mut found = Found::new(self.chat.get_many(&keys, Read::Strong).await?);
        let conversation = found.conversation(conversation_id)?;
        let is_member = found.participant(conversation_id, sender)?.is_some();
        let earlier = sends.iter().filter_map(|key| found.send(key).transpose());
        let earlier: Vec<u64> = earlier.map(|send| send.map(|send| send.seq)).collect::<Result<_>>()?;
        // Also who has left since may hear what became of what they sent.
        let earlier = self.messages(conversation_id, &earlier).await?;
        Ok(SendView { conversation: conversation.filter(|_| is_member), earlier })
    }

    async fn amend_view(&self, conversation_id: ConversationId, sender: UserId, seq: u64) -> Result<AmendView> {
        let keys = [meta_key(conversation_id), member_key(conversation_id, sender), message_key(conversation_id, seq)];
        let mut found = Found::new(self.chat.get_many(&keys, Read::Strong).await?);
        let is_member = found.participant(conversation_id, sender)?.is_some();
        let conversation = found.conversation(conversation_id)?.filter(|_| is_member);
        Ok(AmendView { conversation, message: found.message(conversation_id, seq)?.filter(|_| is_member) })
    }

    async fn append(&self, seen: &Conversation, messages: &[Message], entry: &OutboxEntry) -> Result<bool> {
        let last = messages.last().ok_or_else(|| Error::internal("nothing to store"))?;
        let id = seen.conversation_id;
        let mut transaction = self.advance(seen, last.seq, last.count, Some(last))?;
        for message in messages {
            let client_id = message.client_id().ok_or_else(|| Error::internal("a message without a client id"))?;
            let send = encode(&send_key(id, message.sender_id, client_id), &StoredSend { seq: message.seq })?;
            let message = encode(&message_key(id, message.seq), &StoredMessage::from(message))?;
            transaction = transaction.put_if(&self.chat, message, Expression::absent());
            transaction = transaction.put_if(&self.chat, send, Expression::absent());
        }
        let own_marks = Expression::new("SET read_seq = :seq, read_n = :count, delivered_seq = :seq")
            .value(":seq", number(last.seq))
            .value(":count", number(last.count));
        let outcome = transaction
            .update_if(&self.chat, &member_key(id, last.sender_id), own_marks, TAKES_PART)
            .put(self.outbox.table(), row(entry)?)
            .commit()
            .await?;
        Ok(outcome == Outcome::Committed)
    }

    async fn amend(&self, seen: &Conversation, amended: &Message, told: &Message, entry: &OutboxEntry) -> Result<bool> {
        let id = seen.conversation_id;
        let is_last = seen.last.as_ref().is_some_and(|last| last.seq == amended.seq);
        let transaction = self.advance(seen, told.seq, told.count, is_last.then_some(amended))?;
        let told = encode(&message_key(id, told.seq), &StoredMessage::from(told))?;
        let stored = encode(&message_key(id, amended.seq), &StoredMessage::from(amended))?;
        let outcome = transaction
            .put_if(&self.chat, told, Expression::absent())
            .put_if(&self.chat, stored, Expression::present())
            .check(&self.chat, &member_key(id, amended.sender_id), Expression::new(TAKES_PART))
            .put(self.outbox.table(), row(entry)?)
            .commit()
            .await?;
        Ok(outcome == Outcome::Committed)
    }
}
