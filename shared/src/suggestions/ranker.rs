//! Rankings: whom the index finds, in the order of exact scores; and pages of them, read afresh.

use std::sync::Arc;

use super::people::{Asked, People};
use crate::domain::id::UserId;
use crate::domain::listing::{Rank, Ranking, Wanted};
use crate::domain::matching::{Features, Model, Person, total_features};
use crate::error::Result;
use crate::ports::ambient::Ambient;
use crate::ports::profiles::CandidateIndex;

/// How many candidates are scored exactly for one list.
const CANDIDATES: usize = 500;

#[derive(Clone)]
pub struct Ranker {
    candidates: Arc<dyn CandidateIndex>,
    people: People,
    ambient: Ambient,
}

/// Some people of a list, in its order.
#[derive(Debug)]
pub struct Page {
    pub people: Vec<Person>,
    /// The place after which the next page begins, if there may be one.
    pub next: Option<Rank>,
}

impl Ranker {
    pub fn new(candidates: Arc<dyn CandidateIndex>, people: People, ambient: Ambient) -> Self {
        Self { candidates, people, ambient }
    }

    /// Everybody who may be in the list of `me` and is worth it, as of now.
    pub async fn ranking(&self, me: &Person, wanted: &Wanted, model: &Model) -> Result<Ranking> {
        let as_of = self.ambient.now();
        let ids = self.candidates.candidates(CANDIDATES).await?;
        let asked = Asked { wanted: wanted.clone(), online_now: false };
        let people = self.people.listed(me, &ids, &asked).await?;
        Ok(Ranking::new(as_of, ranks(me, &people, model)))
    }

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
        // Most of those who were ranked may still be shown: a page is nearly always full after one batch.
        for batch in rest.chunks(limit + limit / 2 + 5) {
            let ids: Vec<UserId> = batch.iter().map(|rank| rank.user_id()).collect();
            let mut listed = self.people.listed(me, &ids, asked).await?;
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

fn ranks(me: &Person, people: &[Person], model: &Model) -> Vec<Rank> {
    let mine = Features::of(me, &model.matrix);
    let total = |person: &Person| total_features(&mine, &Features::of(person, &model.matrix), model);
    people.iter().map(|person| Rank::new(person.profile.user_id, total(person))).collect()
}
