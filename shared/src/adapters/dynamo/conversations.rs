//! The chat table, for readers.

use std::cmp::Reverse;
use std::collections::HashMap;

use async_trait::async_trait;
use futures::future::try_join;

use super::chat_items::{
    StoredInboxLine, StoredMember, StoredMessage, StoredMeta, member_key, message_key, meta_key, partition,
};
use super::item::decode;
use super::range::Range;
use super::table::{Read, Table};
use crate::domain::conversation::{Conversation, Message};
use crate::domain::id::{ConversationId, UserId};
use crate::error::Result;
use crate::ports::conversations::{Conversations, InboxLine};

#[derive(Clone, Debug)]
pub struct DynamoConversations(Table);

impl DynamoConversations {
    pub fn new(chat: Table) -> Self {
        Self(chat)
    }
}

#[async_trait]
impl Conversations for DynamoConversations {
    async fn inbox(&self, user_id: UserId) -> Result<Vec<InboxLine>> {
        let lines = self.0.query(Range::prefix(format!("USER#{user_id}"), "CONV#").newest_first()).await?;
        let ids: Vec<ConversationId> = lines
            .into_iter()
            .map(|item| decode::<StoredInboxLine>(item).map(|line| line.conversation_id))
            .collect::<Result<_>>()?;
        let meta_keys: Vec<_> = ids.iter().copied().map(meta_key).collect();
        let member_keys: Vec<_> = ids.iter().map(|id| member_key(*id, user_id)).collect();
        let (metas, members) =
            try_join(self.0.get_many(&meta_keys, Read::Strong), self.0.get_many(&member_keys, Read::Strong)).await?;
        let mut read_n = HashMap::new();
        for item in members {
            let conversation = item.get("pk").and_then(|pk| pk.as_s().ok()).cloned().unwrap_or_default();
            read_n.insert(conversation, decode::<StoredMember>(item)?.read_n);
        }
        let mut inbox = metas
            .into_iter()
            .map(|item| {
                let meta: StoredMeta = decode(item)?;
                let read = read_n.get(&partition(meta.conversation_id)).copied().unwrap_or(0);
                Ok(InboxLine { unread: meta.count.saturating_sub(read), conversation: meta.try_into()? })
            })
            .collect::<Result<Vec<InboxLine>>>()?;
        inbox.sort_by_key(|line| {
            let conversation = &line.conversation;
            Reverse(conversation.last.as_ref().map_or(conversation.created_at, |last| last.sent_at))
        });
        Ok(inbox)
    }

    async fn find(&self, conversation_id: ConversationId) -> Result<Option<Conversation>> {
        let meta: Option<StoredMeta> = self.0.get(&meta_key(conversation_id), Read::Strong).await?;
        meta.map(TryInto::try_into).transpose()
    }

    async fn history(&self, conversation_id: ConversationId, after: u64, limit: usize) -> Result<Vec<Message>> {
        let first = message_key(conversation_id, after.saturating_add(1));
        let last = message_key(conversation_id, u64::MAX);
        let range = Range::between(first.pk, first.sk, last.sk).limit(limit).strong();
        let items = self.0.query(range).await?.into_iter();
        items.map(|item| decode::<StoredMessage>(item)?.restore(conversation_id)).collect()
    }
}
