//! Conversations in memory: the ports of the chat table, on the terms of their adapters.

use async_trait::async_trait;
use shared::domain::conversation::{
    Advance, ClientId, Content, Conversation, ConversationState, Message, Participant, Party,
};
use shared::domain::id::{ConversationId, UserId};
use shared::domain::outbox::OutboxEntry;
use shared::error::{Error, Result};
use shared::ports::conversations::{Conversations, InboxLine, InboxPage, Seat};
use shared::ports::marks::Marks;
use shared::ports::messages::{AmendView, Messages, SendView};

use super::memory::Memory;
use super::state::{State, Talk};
use super::world::{Does, Plant};

impl Memory {
    fn has(&self, plant: Plant) -> bool {
        self.0.plant == Some(plant)
    }

    /// The condition of every write into a conversation.
    fn admits(&self, talk: &Talk, seen: &Conversation, by: UserId) -> bool {
        let is_in_step = talk.meta.seq == seen.seq || self.has(Plant::UnconditionalSeq);
        let is_open = talk.meta.state == ConversationState::Open || self.has(Plant::IgnoreTheBlock);
        is_in_step && is_open && talk.participants.contains_key(&by)
    }

    fn commit(&self, state: &mut State, seen: &Conversation, messages: &[Message], entry: &OutboxEntry) -> bool {
        let now = self.0.now();
        let Some(talk) = state.talks.get_mut(&seen.conversation_id) else { return false };
        let Some(last) = messages.last() else { return false };
        let name = |message: &Message| {
            (message.sender_id, message.client_id().map_or_else(String::new, |id| id.as_str().to_owned()))
        };
        let is_known = messages.iter().any(|message| talk.sends.contains_key(&name(message)));
        if !self.admits(talk, seen, last.sender_id) || (is_known && !self.has(Plant::NoDedupe)) {
            return false;
        }
        for message in messages {
            talk.sends.insert(name(message), message.seq);
            talk.entries.insert(message.seq, message.clone());
            talk.committed_at.insert(message.seq, now);
        }
        (talk.meta.seq, talk.meta.count, talk.meta.last) = (last.seq, last.count, Some(last.clone()));
        let own = Participant::new(last.sender_id, last.seq, last.count);
        talk.participants.insert(last.sender_id, own);
        state.outbox.insert(entry.id, entry.clone());
        true
    }
}

#[async_trait]
impl Messages for Memory {
    async fn view(&self, conversation_id: ConversationId, sender: UserId, client_ids: &[ClientId]) -> Result<SendView> {
        let is_blind = self.has(Plant::NoDedupe);
        self.0
            .call("messages.view", Does::Read, |state| {
                let Some(talk) = state.talks.get(&conversation_id) else {
                    return SendView { conversation: None, earlier: Vec::new() };
                };
                let seqs = client_ids.iter().filter_map(|id| talk.sends.get(&(sender, id.as_str().to_owned())));
                let earlier = seqs.filter(|_| !is_blind).filter_map(|seq| talk.entries.get(seq)).cloned().collect();
                let is_member = talk.participants.contains_key(&sender);
                SendView { conversation: is_member.then(|| talk.meta.clone()), earlier }
            })
            .await
    }

    async fn amend_view(&self, conversation_id: ConversationId, sender: UserId, seq: u64) -> Result<AmendView> {
        self.0
            .call("messages.amend_view", Does::Read, |state| {
                let talk = state.talks.get(&conversation_id).filter(|talk| talk.participants.contains_key(&sender));
                let message = talk.and_then(|talk| talk.entries.get(&seq)).cloned();
                AmendView { conversation: talk.map(|talk| talk.meta.clone()), message }
            })
            .await
    }

    async fn append(&self, seen: &Conversation, messages: &[Message], entry: &OutboxEntry) -> Result<bool> {
        if self.0.strikes(|weather| weather.conflict) {
            return self.0.call("messages.conflict", Does::Read, |_| false).await;
        }
        if self.has(Plant::AckBeforeCommit) && self.0.below(10) < 3 {
            // The process answers and is frozen before the write has left it.
            return self.0.call("messages.forgotten", Does::Read, |_| true).await;
        }
        let committed = self.0.call("messages.append", Does::Write, |state| self.commit(state, seen, messages, entry));
        match committed.await {
            Err(_) if self.has(Plant::ErrorForCommitted) => Err(Error::internal("it may have been committed")),
            outcome => outcome,
        }
    }

    async fn amend(&self, seen: &Conversation, amended: &Message, told: &Message, entry: &OutboxEntry) -> Result<bool> {
        if self.0.strikes(|weather| weather.conflict) {
            return self.0.call("messages.conflict", Does::Read, |_| false).await;
        }
        let now = self.0.now();
        self.0
            .call("messages.amend", Does::Write, |state| {
                let Some(talk) = state.talks.get_mut(&seen.conversation_id) else { return false };
                if !self.admits(talk, seen, amended.sender_id) {
                    return self.has(Plant::AckALostEdit);
                }
                talk.entries.insert(amended.seq, amended.clone());
                talk.entries.insert(told.seq, told.clone());
                talk.committed_at.insert(told.seq, now);
                talk.meta.seq = told.seq;
                if talk.meta.last.as_ref().is_some_and(|last| last.seq == amended.seq) {
                    talk.meta.last = Some(amended.clone());
                }
                state.outbox.insert(entry.id, entry.clone());
                true
            })
            .await
    }
}

fn seat(talk: &Talk, user_id: UserId) -> Option<Seat> {
    let own = talk.participants.get(&user_id)?.clone();
    Some(Seat { conversation: talk.meta.clone(), own })
}

fn line(talk: &Talk, user_id: UserId) -> Option<InboxLine> {
    let other = match talk.meta.party {
        Party::Pair(pair) => pair.into_iter().find(|person| *person != user_id),
        Party::Project(_) => None,
    };
    let other = other.and_then(|other| talk.participants.get(&other)).cloned();
    Some(InboxLine { seat: seat(talk, user_id)?, other })
}

/// What is read of a conversation: edits with the text as it is now.
pub(super) fn history(talk: &Talk, after: u64, limit: usize) -> Vec<Message> {
    let text_of = |seq: &u64| talk.entries.get(seq).and_then(Message::text).cloned();
    let entries = talk.entries.range(after.saturating_add(1)..).take(limit);
    let read = entries.map(|(_, message)| match &message.content {
        Content::Edit { of, .. } => {
            Message { content: Content::Edit { of: *of, text: text_of(of) }, ..message.clone() }
        }
        _ => message.clone(),
    });
    read.collect()
}

#[async_trait]
impl Conversations for Memory {
    async fn inbox(&self, user_id: UserId, before: Option<ConversationId>, limit: usize) -> Result<InboxPage> {
        self.0
            .call("conversations.inbox", Does::Read, |state| {
                let all = state.inboxes.get(&user_id).into_iter().flatten().rev();
                let ids: Vec<_> = all.filter(|id| before.is_none_or(|before| **id < before)).take(limit).collect();
                let next = if ids.len() < limit { None } else { ids.last().map(|id| **id) };
                let lines = ids.into_iter().filter_map(|id| line(state.talks.get(id)?, user_id)).collect();
                InboxPage { lines, next }
            })
            .await
    }

    async fn find(&self, conversation_id: ConversationId) -> Result<Option<Conversation>> {
        let find = |state: &mut State| state.talks.get(&conversation_id).map(|talk| talk.meta.clone());
        self.0.call("conversations.find", Does::Read, find).await
    }

    async fn seat(&self, conversation_id: ConversationId, user_id: UserId) -> Result<Option<Seat>> {
        let find = |state: &mut State| state.talks.get(&conversation_id).and_then(|talk| seat(talk, user_id));
        self.0.call("conversations.seat", Does::Read, find).await
    }

    async fn members(&self, conversation: &Conversation) -> Result<Vec<UserId>> {
        if let Party::Pair(pair) = conversation.party {
            return Ok(pair.to_vec());
        }
        let find = |state: &mut State| {
            let talk = state.talks.get(&conversation.conversation_id);
            talk.map(|talk| talk.participants.keys().copied().collect()).unwrap_or_default()
        };
        self.0.call("conversations.members", Does::Read, find).await
    }

    async fn participants(&self, conversation_id: ConversationId, limit: usize) -> Result<Vec<Participant>> {
        let find = |state: &mut State| {
            let talk = state.talks.get(&conversation_id);
            talk.map(|talk| talk.participants.values().take(limit).cloned().collect()).unwrap_or_default()
        };
        self.0.call("conversations.participants", Does::Read, find).await
    }

    async fn have_met_in(&self, conversation_id: ConversationId, people: &[UserId]) -> Result<bool> {
        let find = |state: &mut State| {
            let talk = state.talks.get(&conversation_id);
            talk.is_some_and(|talk| people.iter().all(|person| talk.participants.contains_key(person)))
        };
        self.0.call("conversations.have_met_in", Does::Read, find).await
    }

    async fn history(&self, conversation_id: ConversationId, after: u64, limit: usize) -> Result<Vec<Message>> {
        let read = |state: &mut State| {
            let talk = state.talks.get(&conversation_id);
            talk.map(|talk| history(talk, after, limit)).unwrap_or_default()
        };
        self.0.call("conversations.history", Does::Read, read).await
    }
}

#[async_trait]
impl Marks for Memory {
    async fn advance(&self, conversation_id: ConversationId, own: &Participant, advance: Advance) -> Result<bool> {
        self.0
            .call("marks.advance", Does::Write, |state| {
                let talk = state.talks.get_mut(&conversation_id);
                let Some(marks) = talk.and_then(|talk| talk.participants.get_mut(&own.user_id)) else { return false };
                let has_moved = marks.is_moved_by(advance.mark, advance.seq);
                if has_moved {
                    *marks = marks.advanced(advance);
                }
                has_moved
            })
            .await
    }
}
