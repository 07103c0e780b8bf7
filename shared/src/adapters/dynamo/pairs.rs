//! The social table. A change of a pair carries everything that follows from it in one transaction.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::chat_items::{StoredInboxLine, StoredMember, StoredMeta, inbox_key, member_key, meta_key, past_key};
use super::expression::Expression;
use super::item::{Key, decode, encode, text};
use super::outbox::{DynamoOutbox, row};
use super::range::Range;
use super::table::{Read, Table};
use super::transaction::{Outcome, Transaction};
use super::{likes, tastes};
use crate::domain::conversation::Participant;
use crate::domain::id::{ConversationId, UserId};
use crate::domain::pair::{Connection, Pair, Side, Stance};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::pairs::{BlockedPerson, ConnectedPerson, Consequences, Pairs};

/// How many answers are read to find others than those. Somebody who has given more meets some of them again in the index, and
/// their pairs keep them out of the list.
const ANSWERS: usize = 5_000;
pub(super) const MET: &str = "MET#";

/// Reads pairs for everybody; changing them needs the chat and outbox tables, which only `connections` has.
#[derive(Clone, Debug)]
pub struct DynamoPairs {
    social: Table,
    writer: Option<Writer>,
}

#[derive(Clone, Debug)]
struct Writer {
    chat: Table,
    outbox: DynamoOutbox,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredPair {
    people: [UserId; 2],
    version: u64,
    sides: [StoredSide; 2],
    connection: StoredConnection,
}

#[derive(Serialize, Deserialize)]
struct StoredSide {
    stance: Option<StoredStance>,
    blocked_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum StoredStance {
    Liked { at: Timestamp, intro: Option<String> },
    Passed { at: Timestamp },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum StoredConnection {
    None,
    Matched { conversation_id: ConversationId, at: Timestamp },
    Ended,
}

#[derive(Serialize, Deserialize)]
struct StoredContact {
    user_id: UserId,
    conversation_id: ConversationId,
    matched_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intro: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredBlock {
    user_id: UserId,
    blocked_at: Timestamp,
}

impl DynamoPairs {
    /// For functions that only ask whether two people may see each other.
    pub fn reader(social: Table) -> Self {
        Self { social, writer: None }
    }

    pub fn new(social: Table, chat: Table, outbox: DynamoOutbox) -> Self {
        Self { social, writer: Some(Writer { chat, outbox }) }
    }

    /// Whoever first says something of somebody is noted with both: a pair has no other way back to its people, and has to
    /// go with either of them.
    fn with_acquaintance(&self, transaction: Transaction, before: &Pair) -> Transaction {
        if before.version > 0 {
            return transaction;
        }
        let met = |person| met_key(person, before.other(person)).attributes();
        before.people().into_iter().fold(transaction, |transaction, person| transaction.put(&self.social, met(person)))
    }

    fn with_lists(&self, transaction: Transaction, before: &Pair, after: &Pair) -> Result<Transaction> {
        let mut transaction = transaction;
        for person in after.people() {
            let other = after.other(person);
            let key = block_key(person, other);
            match (before.side(person).blocked_at, after.side(person).blocked_at) {
                (None, Some(blocked_at)) => {
                    let block = StoredBlock { user_id: other, blocked_at };
                    transaction = transaction.put(&self.social, encode(&key, &block)?);
                }
                (Some(_), None) => {
                    transaction = transaction.delete(&self.social, &key);
                    transaction = tastes::with_return(transaction, &self.social, person);
                }
                _ => {}
            }
            transaction = likes::with_list(transaction, &self.social, person, before, after)?;
            match (before.connection, after.connection) {
                (Connection::None, Connection::Matched { conversation_id, at }) => {
                    let intro = after.intro_of(other).map(str::to_owned);
                    let contact = StoredContact { user_id: other, conversation_id, matched_at: at, intro };
                    transaction = transaction.put(&self.social, encode(&contact_key(person, other), &contact)?);
                }
                (Connection::Matched { .. }, Connection::Ended) => {
                    transaction = transaction.delete(&self.social, &contact_key(person, other));
                }
                _ => {}
            }
        }
        Ok(transaction)
    }
}

impl Writer {
    fn with_conversation(&self, transaction: Transaction, before: &Pair, after: &Pair) -> Result<Transaction> {
        match (before.connection, after.connection) {
            (Connection::None, Connection::Matched { conversation_id, at }) => {
                self.opening(transaction, conversation_id, after.people(), at)
            }
            (Connection::Matched { conversation_id, .. }, Connection::Ended) => {
                Ok(self.closing(transaction, conversation_id, after.people()))
            }
            _ => Ok(transaction),
        }
    }

    fn opening(
        &self,
        transaction: Transaction,
        conversation_id: ConversationId,
        people: [UserId; 2],
        at: Timestamp,
    ) -> Result<Transaction> {
        let meta = StoredMeta::of_pair(conversation_id, people, at);
        let mut transaction = transaction.put(&self.chat, encode(&meta_key(conversation_id), &meta)?);
        for person in people {
            let member =
                encode(&member_key(conversation_id, person), &StoredMember::from(&Participant::new(person, 0, 0)))?;
            let line = StoredInboxLine { conversation_id, joined_at: at };
            transaction = transaction
                .put(&self.chat, member)
                .put(&self.chat, encode(&inbox_key(person, conversation_id), &line)?);
        }
        Ok(transaction)
    }

    /// From here on the condition of every send fails, and neither inbox shows the conversation.
    fn closing(&self, transaction: Transaction, conversation_id: ConversationId, people: [UserId; 2]) -> Transaction {
        let close = Expression::new("SET #state = :closed").name("#state", "state").value(":closed", text("closed"));
        let transaction = transaction.update_if(&self.chat, &meta_key(conversation_id), close, "attribute_exists(pk)");
        people.into_iter().fold(transaction, |transaction, person| {
            let past = past_key(person, conversation_id).attributes();
            transaction.delete(&self.chat, &inbox_key(person, conversation_id)).put(&self.chat, past)
        })
    }
}

#[async_trait]
impl Pairs for DynamoPairs {
    async fn find(&self, a: UserId, b: UserId) -> Result<Pair> {
        let strangers = Pair::strangers(a, b);
        let stored: Option<StoredPair> = self.social.get(&pair_key(&strangers), Read::Strong).await?;
        Ok(stored.map_or(strangers, Into::into))
    }

    async fn find_many(&self, user_id: UserId, others: &[UserId]) -> Result<Vec<Pair>> {
        let keys: Vec<_> = others.iter().map(|other| pair_key(&Pair::strangers(user_id, *other))).collect();
        let items = self.social.get_many(&keys, Read::Strong).await?;
        items.into_iter().map(|item| Ok(decode::<StoredPair>(item)?.into())).collect()
    }

    async fn replace(&self, before: &Pair, after: &Pair, consequences: &Consequences) -> Result<bool> {
        let writer = self.writer.as_ref().ok_or_else(|| Error::internal("this function does not change pairs"))?;
        let stored = StoredPair { version: before.version + 1, ..StoredPair::from(after.clone()) };
        let item = encode(&pair_key(after), &stored)?;
        let transaction = self.social.transaction().put_if(&self.social, item, Expression::at_version(before.version));
        let transaction = self.with_acquaintance(transaction, before);
        let transaction = self.with_lists(transaction, before, after)?;
        let mut transaction = writer.with_conversation(transaction, before, after)?;
        if let Some(entry) = &consequences.promise {
            transaction = transaction.put(writer.outbox.table(), row(entry)?);
        }
        if let Some((user_id, lesson)) = &consequences.lesson {
            transaction = tastes::with_lesson(transaction, &self.social, *user_id, after.other(*user_id), lesson)?;
        }
        Ok(transaction.commit().await? == Outcome::Committed)
    }

    async fn answered_by(&self, user_id: UserId) -> Result<Vec<UserId>> {
        let answers = Range::prefix(format!("USER#{user_id}"), tastes::ANSWER).limit(ANSWERS).strong();
        Ok(self.social.query(answers).await?.iter().filter_map(tastes::answered).collect())
    }

    async fn connections_of(&self, user_id: UserId) -> Result<Vec<ConnectedPerson>> {
        let items = self.social.query(Range::prefix(format!("USER#{user_id}"), "CONN#")).await?;
        let person = |stored: StoredContact| ConnectedPerson {
            user_id: stored.user_id,
            conversation_id: stored.conversation_id,
            matched_at: stored.matched_at,
            intro: stored.intro,
        };
        items.into_iter().map(|item| decode(item).map(person)).collect()
    }

    async fn blocks_of(&self, user_id: UserId) -> Result<Vec<BlockedPerson>> {
        let items = self.social.query(Range::prefix(format!("USER#{user_id}"), "BLOCK#")).await?;
        let person = |stored: StoredBlock| BlockedPerson { user_id: stored.user_id, blocked_at: stored.blocked_at };
        items.into_iter().map(|item| decode(item).map(person)).collect()
    }
}

pub(super) fn pair_key(pair: &Pair) -> Key {
    let [smaller, larger] = pair.people();
    Key::new(format!("PAIR#{smaller}#{larger}"), "PAIR")
}

pub(super) fn contact_key(user_id: UserId, other: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("CONN#{other}"))
}

/// `USER#u` / `MET#<other>`: there is, or was, something between the two.
pub(super) fn met_key(user_id: UserId, other: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("{MET}{other}"))
}

pub(super) fn block_key(user_id: UserId, other: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("BLOCK#{other}"))
}

impl From<Pair> for StoredPair {
    fn from(pair: Pair) -> Self {
        let side = |side: &Side| StoredSide {
            stance: side.stance.clone().map(|stance| match stance {
                Stance::Liked { at, intro } => StoredStance::Liked { at, intro },
                Stance::Passed { at } => StoredStance::Passed { at },
            }),
            blocked_at: side.blocked_at,
        };
        Self {
            people: pair.people(),
            version: pair.version,
            sides: pair.sides().each_ref().map(side),
            connection: match pair.connection {
                Connection::None => StoredConnection::None,
                Connection::Matched { conversation_id, at } => StoredConnection::Matched { conversation_id, at },
                Connection::Ended => StoredConnection::Ended,
            },
        }
    }
}

impl From<StoredPair> for Pair {
    fn from(stored: StoredPair) -> Self {
        let side = |side: StoredSide| Side {
            stance: side.stance.map(|stance| match stance {
                StoredStance::Liked { at, intro } => Stance::Liked { at, intro },
                StoredStance::Passed { at } => Stance::Passed { at },
            }),
            blocked_at: side.blocked_at,
        };
        let connection = match stored.connection {
            StoredConnection::None => Connection::None,
            StoredConnection::Matched { conversation_id, at } => Connection::Matched { conversation_id, at },
            StoredConnection::Ended => Connection::Ended,
        };
        Self::stored(stored.people, stored.version, stored.sides.map(side), connection)
    }
}
