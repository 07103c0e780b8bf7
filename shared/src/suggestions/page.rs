//! Pages of a ranking, read afresh.

use super::people::{Asked, People};
use crate::domain::id::UserId;
use crate::domain::listing::{Rank, Ranking};
use crate::domain::matching::Person;
use crate::error::Result;

/// How many people are read at once to find who of them is online.
const ONLINE: usize = 100;

/// Some people of a list, in its order.
#[derive(Debug)]
pub struct Page {
    pub people: Vec<Person>,
    /// The place after which the next page begins, if there may be one.
    pub next: Option<Rank>,
}

impl People {
    /// The next `limit` people of a ranking who may be shown now; fewer only at its end.
    pub async fn page(
        &self,
        me: &Person,
        asked: &Asked,
        ranking: &Ranking,
        after: Option<Rank>,
        limit: usize,
    ) -> Result<Page> {
        let mut people = Vec::new();
        let rest = ranking.after(after);
        // Most of those who were ranked may still be shown, and a page is nearly always full after one batch; few are online.
        let batch = if asked.online_now { ONLINE } else { limit + limit / 2 + 5 };
        for batch in rest.chunks(batch) {
            let ids: Vec<UserId> = batch.iter().map(|rank| rank.user_id()).collect();
            let mut listed = self.listed(me, &ids, asked).await?;
            for rank in batch {
                let Some(index) = listed.iter().position(|person| person.profile.user_id == rank.user_id()) else {
                    continue;
                };
                people.push(listed.swap_remove(index));
                if people.len() == limit {
                    let is_last = rest.last() == Some(rank);
                    return Ok(Page { people, next: (!is_last).then_some(*rank) });
                }
            }
        }
        Ok(Page { people, next: None })
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
