//! Likes that somebody has received and may answer, as they are at this moment.
//!
//! Invariant: the list only says who is worth asking about. Whether a like still waits, and whether its giver may be seen, is
//! decided on items that are read for this very answer.

use std::collections::HashMap;
use std::sync::Arc;

use futures::try_join;

use crate::domain::id::UserId;
use crate::domain::matching::Person;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::likes::{Likes, ReceivedLike};
use crate::ports::pairs::Pairs;
use crate::ports::profiles::Profiles;

/// How often more rows are read when those before were of people who may not be seen.
const ROUNDS: usize = 5;

/// Somebody who waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admirer {
    pub user_id: UserId,
    pub intro: Option<String>,
    pub liked_at: Timestamp,
}

/// Some of them, in the order of the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    pub items: Vec<Admirer>,
    /// After whom the next page begins, if there may be one.
    pub next: Option<UserId>,
}

#[derive(Clone)]
pub struct ReceivedLikes {
    likes: Arc<dyn Likes>,
    pairs: Arc<dyn Pairs>,
    profiles: Arc<dyn Profiles>,
}

impl ReceivedLikes {
    pub fn new(likes: Arc<dyn Likes>, pairs: Arc<dyn Pairs>, profiles: Arc<dyn Profiles>) -> Self {
        Self { likes, pairs, profiles }
    }

    /// At most `limit` of those who wait for the answer of `receiver`, the newest accounts first, before this one. A page may
    /// hold fewer although another one follows.
    pub async fn page(&self, receiver: UserId, before: Option<UserId>, limit: usize) -> Result<Page> {
        let (mut items, mut last) = (Vec::new(), before);
        for _ in 0..ROUNDS {
            let missing = limit - items.len();
            let rows = self.likes.received(receiver, last, missing).await?;
            last = rows.last().map(|row| row.user_id).or(last);
            items.extend(self.shown(receiver, &rows).await?);
            if rows.len() < missing {
                return Ok(Page { items, next: None });
            }
            if items.len() >= limit {
                break;
            }
        }
        Ok(Page { items, next: last })
    }

    /// The rows of the list of `receiver`, at most `limit`, for whoever chooses among them before asking who is shown.
    pub async fn rows(&self, receiver: UserId, limit: usize) -> Result<Vec<ReceivedLike>> {
        self.likes.received(receiver, None, limit).await
    }

    /// Those among `rows` who still wait and may be seen, in their order.
    pub async fn shown(&self, receiver: UserId, rows: &[ReceivedLike]) -> Result<Vec<Admirer>> {
        let ids: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
        let (pairs, people) = try_join!(self.pairs.find_many(receiver, &ids), self.profiles.find_people(&ids))?;
        let visible: HashMap<UserId, bool> = people.iter().filter_map(visibility).collect();
        let mut admirers: HashMap<UserId, Admirer> = HashMap::new();
        for pair in &pairs {
            let user_id = pair.other(receiver);
            let is_seen = visible.get(&user_id).is_some_and(|visible| pair.may_be_seen_by(receiver, *visible));
            if let Some(like) = pair.waiting_like(receiver).filter(|_| is_seen) {
                let intro = like.intro.map(str::to_owned);
                admirers.insert(user_id, Admirer { user_id, intro, liked_at: like.at });
            }
        }
        Ok(ids.iter().filter_map(|user_id| admirers.remove(user_id)).collect())
    }
}

/// Whether lists show somebody, if others may come upon them at all.
fn visibility(person: &Person) -> Option<(UserId, bool)> {
    let profile = &person.profile;
    profile.is_shown().then_some((profile.user_id, profile.details.visible))
}
