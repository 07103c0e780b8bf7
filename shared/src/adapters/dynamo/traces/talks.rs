//! Conversations: what somebody said there, and that they took part.
//!
//! Entries keep their numbers, so that those who stay read on without a gap; words and sender are taken out of them. What two
//! people said stays readable to the one who stays, unless it was closed to both before.

use async_trait::async_trait;

use super::super::chat_items::{
    PAST, StoredContent, StoredMessage, StoredMeta, StoredState, member_key, message_key, meta_key, partition,
    past_key, people, roster_key,
};
use super::super::expression::Expression;
use super::super::item::{Item, Key, decode, encode, number, text, value};
use super::super::outbox::{DynamoOutbox, row};
use super::super::range::Range;
use super::super::table::{Read, Table};
use super::clear;
use crate::domain::id::{ConversationId, UserId};
use crate::domain::outbox::{Effect, PushEffect};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::ambient::Ambient;
use crate::ports::erasures::{Left, Traces};

/// How many conversations are gone through at a time, and how many entries of one.
const LINES: usize = 10;
const ENTRIES: usize = 200;
/// In the line of a conversation: up to which entry it has been gone through.
const ERASED_TO: &str = "erased_to";
/// Stands for the name that a client gave a message.
const NAMELESS: &str = "erased";

#[derive(Clone, Debug)]
pub struct TalkTraces {
    chat: Table,
    outbox: DynamoOutbox,
    ambient: Ambient,
}

/// A conversation in the list of somebody who goes.
struct Line {
    key: Key,
    conversation_id: ConversationId,
    /// It was closed to both, or left, before.
    is_past: bool,
    erased_to: u64,
}

/// What became of taking somebody out of a conversation's own item.
enum Renamed {
    Done,
    /// The other one has said something or left; it is to be looked at again.
    MovedOn,
    /// The other one has taken it away, and what was written here since belongs to nothing.
    Gone,
}

impl TalkTraces {
    pub fn new(chat: Table, outbox: DynamoOutbox, ambient: Ambient) -> Self {
        Self { chat, outbox, ambient }
    }

    async fn leave(&self, user_id: UserId, line: &Line) -> Result<Left> {
        let id = line.conversation_id;
        let meta: Option<StoredMeta> = self.chat.get(&meta_key(id), Read::Strong).await?;
        let left = match &meta {
            Some(StoredMeta { pair: Some(pair), .. }) if line.is_past || !has_another(pair, user_id) => {
                self.unlist(pair, user_id, id).await?;
                self.demolish(id).await?
            }
            Some(meta) => self.withdraw(user_id, line, meta).await?,
            None => self.demolish(id).await?,
        };
        if left == Left::Nothing {
            self.chat.delete(&line.key).await?;
        }
        Ok(left)
    }

    /// The other one has a line, too, that leads to a conversation which is over.
    async fn unlist(&self, pair: &[UserId; 2], user_id: UserId, id: ConversationId) -> Result<()> {
        let others = pair.iter().filter(|person| **person != user_id && **person != UserId::NOBODY);
        self.chat.write_many(Vec::new(), others.map(|other| past_key(*other, id)).collect()).await
    }

    /// Nobody can read it any more: nothing of it stays.
    async fn demolish(&self, id: ConversationId) -> Result<Left> {
        clear(&self.chat, Range::whole(partition(id))).await
    }

    async fn withdraw(&self, user_id: UserId, line: &Line, meta: &StoredMeta) -> Result<Left> {
        let id = line.conversation_id;
        if meta.pair.is_some() && meta.state == StoredState::Open {
            self.close(user_id, meta).await?;
        }
        if self.silence(user_id, line).await? == Left::More {
            return Ok(Left::More);
        }
        match self.rename(user_id, id).await? {
            Renamed::Done => {}
            Renamed::MovedOn => return Ok(Left::More),
            Renamed::Gone => return self.demolish(id).await,
        }
        if meta.project_id.is_some() {
            let without = Expression::new("DELETE member_ids :people").value(":people", people(&[user_id]));
            self.chat.update_if(&roster_key(id), without, "attribute_exists(pk)").await?;
        }
        self.chat.delete(&member_key(id, user_id)).await?;
        clear(&self.chat, Range::prefix(partition(id), &format!("CID#{user_id}#"))).await
    }

    /// From here on nothing is added, and the other one is told to look.
    async fn close(&self, user_id: UserId, meta: &StoredMeta) -> Result<()> {
        let others = meta.pair.into_iter().flatten().filter(|person| *person != user_id).collect();
        let news = PushEffect::ConversationsChanged { user_ids: others };
        let change = Expression::new("SET #state = :closed").name("#state", "state").value(":closed", text("closed"));
        let change = change.value(":open", text("open"));
        let key = meta_key(meta.conversation_id);
        let transaction = self.chat.transaction().update_if(&self.chat, &key, change, "#state = :open");
        let promise = self.ambient.promise(Effect::Push(news));
        transaction.put(self.outbox.table(), row(&promise)?).committed().await?;
        Ok(())
    }

    /// Takes words and sender out of some entries. Nobody else changes them: whoever has left changes nothing.
    async fn silence(&self, user_id: UserId, line: &Line) -> Result<Left> {
        let (first, last) =
            (message_key(line.conversation_id, line.erased_to + 1), message_key(line.conversation_id, u64::MAX));
        let range = Range::between(first.pk, first.sk, last.sk).strong().limit(ENTRIES);
        let entries: Vec<StoredMessage> =
            self.chat.query(range).await?.into_iter().map(decode).collect::<Result<_>>()?;
        let Some(reached) = entries.last().map(|entry| entry.seq) else { return Ok(Left::Nothing) };
        let left = if entries.len() < ENTRIES { Left::Nothing } else { Left::More };
        let own = entries.into_iter().filter(|entry| entry.sender_id == user_id);
        let silenced = own.map(|entry| {
            let key = message_key(line.conversation_id, entry.seq);
            encode(&key, &silenced(&entry, self.ambient.now()))
        });
        self.chat.write_many(silenced.collect::<Result<_>>()?, Vec::new()).await?;
        let reached = Expression::new("SET #to = :to").name("#to", ERASED_TO).value(":to", number(reached));
        self.chat.update_if(&line.key, reached, "attribute_exists(pk)").await?;
        Ok(left)
    }

    /// Takes the person out of the conversation's own item, unless the other one of the two has left it meanwhile.
    async fn rename(&self, user_id: UserId, id: ConversationId) -> Result<Renamed> {
        let meta: Option<StoredMeta> = self.chat.get(&meta_key(id), Read::Strong).await?;
        let Some(meta) = meta else { return Ok(Renamed::Gone) };
        if meta.pair.is_some_and(|pair| !has_another(&pair, user_id)) {
            return Ok(Renamed::MovedOn);
        }
        let mut sets = Vec::new();
        let mut is_as_read = "seq = :seq".to_owned();
        let mut change = Expression::new("").value(":seq", number(meta.seq));
        // Whoever died behind this has taken the name off already.
        if let Some(pair) = meta.pair.filter(|pair| pair.contains(&user_id)) {
            let left = pair.map(|person| if person == user_id { UserId::NOBODY } else { person });
            change = change.name("#pair", "pair").value(":pair", value(&pair)?).value(":left", value(&left)?);
            sets.push("#pair = :left");
            is_as_read += " AND #pair = :pair";
        }
        if let Some(last) = meta.last.filter(|last| last.sender_id == user_id) {
            change = change.name("#last", "last").value(":last", value(&silenced(&last, self.ambient.now()))?);
            sets.push("#last = :last");
        }
        if sets.is_empty() {
            return Ok(Renamed::Done);
        }
        let change = change.reading(&format!("SET {}", sets.join(", ")));
        let is_renamed = self.chat.update_if(&meta_key(id), change, &is_as_read).await?.is_some();
        Ok(if is_renamed { Renamed::Done } else { Renamed::MovedOn })
    }
}

#[async_trait]
impl Traces for TalkTraces {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        let range = Range::whole(format!("USER#{user_id}")).strong().limit(LINES);
        let lines: Vec<Line> = self.chat.query(range).await?.iter().map(line).collect::<Result<_>>()?;
        for line in &lines {
            if self.leave(user_id, line).await? == Left::More {
                return Ok(Left::More);
            }
        }
        Ok(if lines.is_empty() { Left::Nothing } else { Left::More })
    }
}

/// Whether somebody else is left of a pair.
fn has_another(pair: &[UserId; 2], user_id: UserId) -> bool {
    pair.iter().any(|person| *person != user_id && *person != UserId::NOBODY)
}

fn line(item: &Item) -> Result<Line> {
    let erased_to = item.get(ERASED_TO).and_then(|to| to.as_n().ok()).and_then(|to| to.parse().ok()).unwrap_or(0);
    let part = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    let key = Key { pk: part("pk"), sk: part("sk") };
    let is_past = key.sk.starts_with(PAST);
    let id = key.sk.split_once('#').and_then(|(_, id)| id.parse().ok());
    let conversation_id = id.ok_or_else(|| Error::internal("a line of an inbox that names no conversation"))?;
    Ok(Line { key, conversation_id, is_past, erased_to })
}

/// The same entry, of nobody and without words.
fn silenced(entry: &StoredMessage, now: Timestamp) -> StoredMessage {
    let content = match &entry.content {
        StoredContent::Text { .. } => StoredContent::Deleted { client_id: NAMELESS.to_owned(), deleted_at: now },
        StoredContent::Deleted { deleted_at, .. } => {
            StoredContent::Deleted { client_id: NAMELESS.to_owned(), deleted_at: *deleted_at }
        }
        StoredContent::Edit { of } => StoredContent::Edit { of: *of },
        StoredContent::Deletion { of } => StoredContent::Deletion { of: *of },
    };
    let StoredMessage { seq, count, message_id, sent_at, .. } = *entry;
    StoredMessage { seq, count, message_id, sender_id: UserId::NOBODY, sent_at, content }
}
