//! The chat table, for readers.

use std::collections::HashMap;

use async_trait::async_trait;

use super::chat_items::{
    Found, MEMBER, StoredInboxLine, StoredMember, StoredMessage, member_key, message_key, meta_key, partition, roster,
    roster_key,
};
use super::item::{Key, decode};
use super::range::Range;
use super::table::{Read, Table};
use crate::domain::conversation::{Content, Conversation, Message, Participant, Party};
use crate::domain::id::{ConversationId, UserId};
use crate::error::Result;
use crate::ports::conversations::{Conversations, InboxLine, InboxPage, Seat};

#[derive(Clone, Debug)]
pub struct DynamoConversations(Table);

impl DynamoConversations {
    pub fn new(chat: Table) -> Self {
        Self(chat)
    }

    async fn found(&self, keys: &[Key]) -> Result<Found> {
        self.0.get_many(keys, Read::Strong).await.map(Found::new)
    }

    /// The marks of the other ones of those seats that two people share.
    async fn others(&self, seats: &[Seat]) -> Result<HashMap<ConversationId, Participant>> {
        let other = |seat: &Seat| match seat.conversation.party {
            Party::Pair(pair) => {
                let other = pair.into_iter().find(|person| *person != seat.own.user_id);
                other.map(|other| (seat.conversation.conversation_id, other))
            }
            Party::Project(_) => None,
        };
        let others: Vec<_> = seats.iter().filter_map(other).collect();
        let keys: Vec<_> = others.iter().map(|(id, other)| member_key(*id, *other)).collect();
        let mut found = self.found(&keys).await?;
        let marks = others.into_iter().filter_map(|(id, other)| {
            let marks = found.participant(id, other).transpose()?;
            Some(marks.map(|marks| (id, marks)))
        });
        marks.collect()
    }

    /// Gives edits the text that their messages have now. Most of these are on the same page.
    async fn with_texts(&self, conversation_id: ConversationId, mut page: Vec<Message>) -> Result<Vec<Message>> {
        let mut texts: HashMap<u64, Message> = HashMap::new();
        for message in page.iter().filter(|message| message.client_id().is_some()) {
            texts.insert(message.seq, message.clone());
        }
        let edited = page.iter().filter_map(|message| match message.content {
            Content::Edit { of, .. } if !texts.contains_key(&of) => Some(of),
            _ => None,
        });
        let mut elsewhere: Vec<u64> = edited.collect();
        elsewhere.sort_unstable();
        elsewhere.dedup();
        let keys: Vec<_> = elsewhere.iter().map(|seq| message_key(conversation_id, *seq)).collect();
        let mut found = self.found(&keys).await?;
        for seq in elsewhere {
            texts.extend(found.message(conversation_id, seq)?.map(|message| (seq, message)));
        }
        for message in &mut page {
            if let Content::Edit { of, text } = &mut message.content {
                *text = texts.get(of).and_then(Message::text).cloned();
            }
        }
        Ok(page)
    }
}

#[async_trait]
impl Conversations for DynamoConversations {
    async fn inbox(&self, user_id: UserId, before: Option<ConversationId>, limit: usize) -> Result<InboxPage> {
        let pk = format!("USER#{user_id}");
        let range = match before {
            Some(before) => Range::between(pk, "CONV#", format!("CONV#{before}")),
            None => Range::prefix(pk, "CONV#"),
        };
        // The end of a range is part of it.
        let lines =
            self.0.query(range.strong().newest_first().limit(limit.saturating_add(before.iter().len()))).await?;
        let ids = lines.into_iter().map(|item| decode::<StoredInboxLine>(item).map(|line| line.conversation_id));
        let ids: Vec<ConversationId> = ids.collect::<Result<_>>()?;
        let ids: Vec<_> = ids.into_iter().filter(|id| Some(*id) != before).take(limit).collect();
        let next = if ids.len() < limit { None } else { ids.last().copied() };
        let keys: Vec<_> = ids.iter().flat_map(|id| [meta_key(*id), member_key(*id, user_id)]).collect();
        let mut found = self.found(&keys).await?;
        let mut seats = Vec::with_capacity(ids.len());
        for id in ids {
            let conversation = found.conversation(id)?.filter(Conversation::is_readable);
            let seat = conversation.zip(found.participant(id, user_id)?);
            seats.extend(seat.map(|(conversation, own)| Seat { conversation, own }));
        }
        let mut others = self.others(&seats).await?;
        let line = |seat: Seat| InboxLine { other: others.remove(&seat.conversation.conversation_id), seat };
        Ok(InboxPage { lines: seats.into_iter().map(line).collect(), next })
    }

    async fn find(&self, conversation_id: ConversationId) -> Result<Option<Conversation>> {
        self.found(&[meta_key(conversation_id)]).await?.conversation(conversation_id)
    }

    async fn seat(&self, conversation_id: ConversationId, user_id: UserId) -> Result<Option<Seat>> {
        let mut found = self.found(&[meta_key(conversation_id), member_key(conversation_id, user_id)]).await?;
        let seat = found.conversation(conversation_id)?.zip(found.participant(conversation_id, user_id)?);
        Ok(seat.map(|(conversation, own)| Seat { conversation, own }))
    }

    async fn members(&self, conversation: &Conversation) -> Result<Vec<UserId>> {
        match conversation.party {
            Party::Pair(pair) => Ok(pair.to_vec()),
            Party::Project(_) => {
                roster(self.0.get_item(&roster_key(conversation.conversation_id), Read::Strong).await?.as_ref())
            }
        }
    }

    async fn participants(&self, conversation_id: ConversationId, limit: usize) -> Result<Vec<Participant>> {
        let items = self.0.query(Range::prefix(partition(conversation_id), MEMBER).strong().limit(limit)).await?;
        let members: Vec<StoredMember> = items.into_iter().map(decode).collect::<Result<_>>()?;
        Ok(members.into_iter().filter(|member| member.left_at.is_none()).map(Participant::from).collect())
    }

    async fn have_met_in(&self, conversation_id: ConversationId, people: &[UserId]) -> Result<bool> {
        let keys: Vec<_> = people.iter().map(|person| member_key(conversation_id, *person)).collect();
        Ok(self.0.get_many(&keys, Read::Strong).await?.len() == people.len())
    }

    async fn history(&self, conversation_id: ConversationId, after: u64, limit: usize) -> Result<Vec<Message>> {
        let first = message_key(conversation_id, after.saturating_add(1));
        let last = message_key(conversation_id, u64::MAX);
        let range = Range::between(first.pk, first.sk, last.sk).limit(limit).strong();
        let items = self.0.query(range).await?.into_iter();
        let page = items.map(|item| decode::<StoredMessage>(item)?.restore(conversation_id));
        self.with_texts(conversation_id, page.collect::<Result<_>>()?).await
    }
}
