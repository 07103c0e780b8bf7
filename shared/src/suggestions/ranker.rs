//! Rankings: whom the index finds, in the order of exact scores, kept for a while.

use std::collections::HashSet;
use std::sync::Arc;

use super::key::RankingKey;
use super::people::{Asked, People};
use super::visits::Visits;
use crate::domain::cache::Family;
use crate::domain::id::UserId;
use crate::domain::listing::{Rank, Ranking, Wanted};
use crate::domain::matching::{Features, Model, Person, total_features};
use crate::error::Result;
use crate::models::Sight;
use crate::ports::cache::Cache;
use crate::ports::candidates::CandidateIndex;

/// How many candidates are scored exactly for one list.
const CANDIDATES: usize = 300;

#[derive(Clone)]
pub struct Ranker {
    candidates: Arc<dyn CandidateIndex>,
    people: People,
    cache: Arc<Cache>,
    visits: Option<Visits>,
}

impl Ranker {
    pub fn new(candidates: Arc<dyn CandidateIndex>, people: People, cache: Arc<Cache>) -> Self {
        Self { candidates, people, cache, visits: None }
    }

    /// The same, noting who looks at their list, for whoever makes lists ahead.
    #[must_use]
    pub fn noting(self, visits: Option<Visits>) -> Self {
        Self { visits, ..self }
    }

    /// To be awaited beside the reads of a page: it fails nothing, and takes no longer than they do.
    pub async fn visited(&self, user_id: UserId) {
        if let Some(visits) = &self.visits {
            visits.note(user_id).await;
        }
    }

    /// Everybody who is worth being in the list of `me`. It was made within the last hour from what `me` says now, and whoever
    /// else has changed since is in it where they belong now.
    pub async fn ranking(&self, me: &Person, wanted: &Wanted, sight: &Sight) -> Result<Arc<Ranking>> {
        let key = RankingKey { me, wanted, sight };
        let generation = sight.head.generation(Family::List);
        let model = sight.ranking();
        let kept = self.cache.get_or_compute(&key, generation, self.rank(me, wanted, &model)).await?;
        Ok(match self.candidates.changed_since(kept.as_of()).await? {
            Some(changed) if changed.is_empty() => kept,
            Some(changed) => {
                let now = self.places(me, &changed, wanted, &model).await?;
                let kept = Arc::unwrap_or_clone(kept);
                Arc::new(kept.amended(&changed, now))
            }
            None => self.cache.put(&key, generation, self.rank(me, wanted, &model).await?).await,
        })
    }

    /// Asks the index, and scores whom it finds.
    async fn rank(&self, me: &Person, wanted: &Wanted, model: &Model) -> Result<Ranking> {
        let answered: HashSet<UserId> = self.people.answered_by(me.profile.user_id).await?.into_iter().collect();
        // However well those fit who have been answered already, enough others are found behind them.
        let found = self.candidates.search(me, model, wanted, CANDIDATES + answered.len()).await?;
        let ids: Vec<UserId> =
            found.ids.into_iter().filter(|user_id| !answered.contains(user_id)).take(CANDIDATES).collect();
        Ok(Ranking::new(found.fresh_as_of, self.places(me, &ids, wanted, model).await?))
    }

    /// The places of those among `ids` who may be in the list now.
    async fn places(&self, me: &Person, ids: &[UserId], wanted: &Wanted, model: &Model) -> Result<Vec<Rank>> {
        let asked = Asked { wanted: wanted.clone(), online_now: false };
        let people = self.people.listed(me, ids, &asked).await?;
        let mine = Features::of(me, &model.matrix);
        let total = |person: &Person| total_features(&mine, &Features::of(person, &model.matrix), model);
        Ok(people.iter().map(|person| Rank::new(person.profile.user_id, total(person))).collect())
    }
}
