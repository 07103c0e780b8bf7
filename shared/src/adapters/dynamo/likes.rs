//! Likes that wait for an answer, in the social table: a row per like with its receiver, beside the pair that decides.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::item::{Key, decode, encode};
use super::range::Range;
use super::table::Table;
use super::transaction::Transaction;
use crate::domain::id::UserId;
use crate::domain::pair::Pair;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::likes::{Likes, ReceivedLike};

const LIKED_BY: &str = "LIKED_BY#";

#[derive(Clone, Debug)]
pub struct DynamoLikes(Table);

/// `USER#u` / `LIKED_BY#<other>`
#[derive(Serialize, Deserialize)]
struct StoredLike {
    user_id: UserId,
    liked_at: Timestamp,
}

impl DynamoLikes {
    pub fn new(social: Table) -> Self {
        Self(social)
    }
}

#[async_trait]
impl Likes for DynamoLikes {
    async fn received(&self, user_id: UserId, before: Option<UserId>, limit: usize) -> Result<Vec<ReceivedLike>> {
        let partition = format!("USER#{user_id}");
        // The row of `before` itself is in the range, and left out below.
        let range = match before {
            Some(before) => Range::between(partition, LIKED_BY, format!("{LIKED_BY}{before}")),
            None => Range::prefix(partition, LIKED_BY),
        };
        let range = range.newest_first().limit(limit + usize::from(before.is_some()));
        let rows: Vec<StoredLike> = self.0.query(range).await?.into_iter().map(decode).collect::<Result<_>>()?;
        let others = rows.into_iter().filter(|row| Some(row.user_id) != before).take(limit);
        Ok(others.map(|row| ReceivedLike { user_id: row.user_id, liked_at: row.liked_at }).collect())
    }
}

pub(super) fn key(receiver: UserId, user_id: UserId) -> Key {
    Key::new(format!("USER#{receiver}"), format!("{LIKED_BY}{user_id}"))
}

/// Keeps the list of a person true to what a change of a pair makes of the other one's like.
pub(super) fn with_list(
    transaction: Transaction,
    social: &Table,
    receiver: UserId,
    before: &Pair,
    after: &Pair,
) -> Result<Transaction> {
    let user_id = after.other(receiver);
    let key = key(receiver, user_id);
    Ok(match (before.waiting_like(receiver), after.waiting_like(receiver)) {
        (known, Some(like)) if known != Some(like) => {
            transaction.put(social, encode(&key, &StoredLike { user_id, liked_at: like.at })?)
        }
        (Some(_), None) => transaction.delete(social, &key),
        _ => transaction,
    })
}
