//! The chat table, for the one who sends.

use async_trait::async_trait;

use super::chat_items::{
    StoredMember, StoredMessage, StoredMeta, StoredSend, member_key, message_key, meta_key, send_key,
};
use super::expression::Expression;
use super::item::{Item, decode, encode, number, text, value};
use super::outbox::{DynamoOutbox, row};
use super::table::{Read, Table};
use super::transaction::Outcome;
use crate::domain::conversation::{ClientId, Conversation, Message};
use crate::domain::id::{ConversationId, UserId};
use crate::domain::outbox::OutboxEntry;
use crate::error::{Error, Result};
use crate::ports::messages::{Messages, SendView};

#[derive(Clone, Debug)]
pub struct DynamoMessages {
    chat: Table,
    outbox: DynamoOutbox,
}

impl DynamoMessages {
    pub fn new(chat: Table, outbox: DynamoOutbox) -> Self {
        Self { chat, outbox }
    }

    async fn message(&self, conversation_id: ConversationId, seq: u64) -> Result<Message> {
        let stored: Option<StoredMessage> = self.chat.get(&message_key(conversation_id, seq), Read::Strong).await?;
        stored.ok_or_else(|| Error::internal("a stored send has no message"))?.restore(conversation_id)
    }
}

#[async_trait]
impl Messages for DynamoMessages {
    async fn view(&self, conversation_id: ConversationId, sender: UserId, client_id: &ClientId) -> Result<SendView> {
        let keys = [
            meta_key(conversation_id),
            member_key(conversation_id, sender),
            send_key(conversation_id, sender, client_id.as_str()),
        ];
        let mut items = self.chat.get_many(&keys, Read::Strong).await?;
        let meta: Option<StoredMeta> = take(&mut items, &keys[0].sk)?;
        let member: Option<StoredMember> = take(&mut items, &keys[1].sk)?;
        let send: Option<StoredSend> = take(&mut items, &keys[2].sk)?;
        let earlier = match send {
            Some(send) => Some(self.message(conversation_id, send.seq).await?),
            None => None,
        };
        let conversation = meta.filter(|_| member.is_some()).map(TryInto::try_into).transpose()?;
        Ok(SendView { conversation, earlier })
    }

    async fn append(&self, conversation: &Conversation, message: &Message, entry: &OutboxEntry) -> Result<bool> {
        let id = conversation.conversation_id;
        let stored = StoredMessage::from(message);
        let send = StoredSend { seq: message.seq };
        let advance = Expression::new("SET seq = :seq, #count = :count, #last = :last")
            .name("#count", "count")
            .name("#last", "last")
            .name("#state", "state")
            .value(":seq", number(message.seq))
            .value(":count", number(conversation.count + 1))
            .value(":last", value(&stored)?)
            .value(":expected", number(conversation.seq))
            .value(":open", text("open"));
        let own_mark = Expression::new("SET read_seq = :seq, read_n = :count")
            .value(":seq", number(message.seq))
            .value(":count", number(conversation.count + 1));
        let outcome = self
            .chat
            .transaction()
            .update_if(&self.chat, &meta_key(id), advance, "seq = :expected AND #state = :open")
            .put_if(&self.chat, encode(&message_key(id, message.seq), &stored)?, Expression::absent())
            .put_if(
                &self.chat,
                encode(&send_key(id, message.sender_id, message.client_id.as_str()), &send)?,
                Expression::absent(),
            )
            .update_if(&self.chat, &member_key(id, message.sender_id), own_mark, "attribute_exists(pk)")
            .put(self.outbox.table(), row(entry)?)
            .commit()
            .await?;
        Ok(outcome == Outcome::Committed)
    }
}

/// The item with this sort key, among the few of one partition.
fn take<T: serde::de::DeserializeOwned>(items: &mut Vec<Item>, sk: &str) -> Result<Option<T>> {
    let position =
        items.iter().position(|item| item.get("sk").and_then(|value| value.as_s().ok()).is_some_and(|s| s == sk));
    position.map(|position| decode(items.swap_remove(position))).transpose()
}
