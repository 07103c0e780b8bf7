//! Tastes, in the social table: one row per answer, and one item per person that adds them up.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, encode, number};
use super::table::{Read, Table};
use super::transaction::Transaction;
use crate::domain::id::UserId;
use crate::domain::matching::{Answer, ComponentName, Impression, Lesson, Opinion, Step, Taste, Verdict};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::tastes::{TasteKeeper, Tastes};

const TASTE: &str = "TASTE";
pub(super) const ANSWER: &str = "ANSWER#";
const IS_OFF: &str = "is_off";
const RETURNS: &str = "returns";

#[derive(Clone, Debug)]
pub struct DynamoTastes(Table);

#[derive(Serialize, Deserialize)]
struct StoredAnswer {
    verdict: Verdict,
    /// In percent, by the names of the components.
    values: BTreeMap<String, u8>,
    at: Timestamp,
    era: u64,
    version: u64,
}

impl DynamoTastes {
    pub fn new(social: Table) -> Self {
        Self(social)
    }
}

#[async_trait]
impl Tastes for DynamoTastes {
    async fn find(&self, user_id: UserId) -> Result<Taste> {
        let item = self.0.get_item(&taste_key(user_id), Read::Strong).await?;
        Ok(item.as_ref().map(taste).unwrap_or_default())
    }

    async fn before_answer(&self, user_id: UserId, other: UserId) -> Result<(Taste, Option<Answer>)> {
        let keys = [taste_key(user_id), answer_key(user_id, other)];
        let items = self.0.get_many(&keys, Read::Strong).await?;
        let is_taste = |item: &Item| item.get("sk").and_then(|sk| sk.as_s().ok()).is_some_and(|sk| sk == TASTE);
        let (tastes, answers): (Vec<_>, Vec<_>) = items.into_iter().partition(is_taste);
        let answer = answers.into_iter().next().map(decode::<StoredAnswer>).transpose()?;
        Ok((tastes.first().map(taste).unwrap_or_default(), answer.map(Answer::from)))
    }
}

#[async_trait]
impl TasteKeeper for DynamoTastes {
    async fn replace(&self, user_id: UserId, before: &Taste, after: &Taste) -> Result<bool> {
        let mut item = taste_key(user_id).attributes();
        item.insert("version".to_owned(), number(after.version));
        item.insert("era".to_owned(), number(after.era));
        item.insert(IS_OFF.to_owned(), AttributeValue::Bool(after.is_off));
        item.insert(RETURNS.to_owned(), number(after.returns));
        for (verdict, opinion, name) in numbers() {
            item.insert(name, number(after.number(verdict, opinion)));
        }
        // A refused retry of a write that happened reads again, and finds what it wanted.
        self.0.put_if(item, Expression::at_version(before.version)).await
    }
}

/// Adds an answer and what it teaches, or takes both away, which lets the other one back into lists. Answers about different people add up in any order; of two about the same person the
/// one that has not seen the other is refused, and so is one that has not seen its giver begin anew.
pub(super) fn with_lesson(
    transaction: Transaction,
    social: &Table,
    user_id: UserId,
    other: UserId,
    lesson: &Lesson,
) -> Result<Transaction> {
    let key = answer_key(user_id, other);
    let transaction = match (&lesson.answer, &lesson.earlier) {
        (Some(answer), _) => {
            let before = Expression::at_version(answer.version.saturating_sub(1));
            transaction.put_if(social, encode(&key, &StoredAnswer::from(answer.clone()))?, before)
        }
        (None, Some(earlier)) => transaction.delete_if(social, &key, Expression::at_version(earlier.version)),
        (None, None) => transaction,
    };
    let (change, is_same_era) = learned(lesson);
    Ok(transaction.update_if(social, &taste_key(user_id), change, is_same_era))
}

/// Counts that the person has let somebody back into their lists.
pub(super) fn with_return(transaction: Transaction, social: &Table, user_id: UserId) -> Transaction {
    let change = Expression::new("ADD version :one, #returns :one").name("#returns", RETURNS);
    transaction.update(social, &taste_key(user_id), change.value(":one", number(1_u32)))
}

fn learned(lesson: &Lesson) -> (Expression, &'static str) {
    let mut change = Expression::new("ADD version :one").value(":one", number(1_u32));
    if lesson.answer.is_none() {
        change = change.reading("ADD version :one, #returns :one").name("#returns", RETURNS);
    }
    for (place, Step { verdict, opinion, by }) in lesson.steps().into_iter().enumerate() {
        let text = format!("{}, {} :by{place}", change.text, attribute(verdict, opinion));
        change = change.reading(&text).value(format!(":by{place}"), AttributeValue::N(by.to_string()));
    }
    match lesson.era {
        0 => (change.value(":era", number(0_u32)), "attribute_not_exists(era) OR era = :era"),
        era => (change.value(":era", number(era)), "era = :era"),
    }
}

fn taste(item: &Item) -> Taste {
    let count = |name: &str| -> u64 {
        let value = item.get(name).and_then(|value| value.as_n().ok());
        value.and_then(|value| value.parse().ok()).unwrap_or(0)
    };
    let is_off = item.get(IS_OFF).and_then(|value| value.as_bool().ok()).copied().unwrap_or(false);
    let mut taste = Taste::new(count("version"), count("era"), is_off);
    taste.returns = count(RETURNS);
    for (verdict, opinion, name) in numbers() {
        taste.set(verdict, opinion, u32::try_from(count(&name)).unwrap_or(u32::MAX));
    }
    taste
}

/// Every number of a taste with its attribute.
fn numbers() -> impl Iterator<Item = (Verdict, Opinion, String)> {
    let of = |verdict| Opinion::all().map(move |opinion| (verdict, opinion, attribute(verdict, opinion)));
    Verdict::ALL.into_iter().flat_map(of)
}

fn attribute(verdict: Verdict, opinion: Opinion) -> String {
    let verdict = match verdict {
        Verdict::Liked => "liked",
        Verdict::Passed => "passed",
    };
    match opinion {
        Opinion::Answers => format!("{verdict}_answers"),
        Opinion::Count(name) => format!("{verdict}_{}_count", name.as_str()),
        Opinion::Sum(name) => format!("{verdict}_{}_sum", name.as_str()),
    }
}

impl From<Answer> for StoredAnswer {
    fn from(answer: Answer) -> Self {
        let Answer { verdict, impression, at, era, version } = answer;
        let values = impression.iter().map(|(name, percent)| (name.as_str().to_owned(), percent)).collect();
        Self { verdict, values, at, era, version }
    }
}

impl From<StoredAnswer> for Answer {
    fn from(stored: StoredAnswer) -> Self {
        let StoredAnswer { verdict, values, at, era, version } = stored;
        let value = |name: ComponentName| Some((name, *values.get(name.as_str())?));
        let impression = Impression::new(ComponentName::ALL.into_iter().filter_map(value));
        Self { verdict, impression, at, era, version }
    }
}

fn taste_key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), TASTE)
}

pub(super) fn answer_key(user_id: UserId, other: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), format!("{ANSWER}{other}"))
}

/// Whom an answer is about.
pub(super) fn answered(item: &Item) -> Option<UserId> {
    item.get("sk")?.as_s().ok()?.strip_prefix(ANSWER)?.parse().ok()
}
