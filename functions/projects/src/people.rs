//! The people around projects, as they are at this moment.

use std::collections::HashSet;
use std::sync::Arc;

use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::matching::{Model, Person};
use shared::error::{Code, Error, Result};
use shared::ports::pairs::Pairs;
use shared::ports::profiles::{CandidateIndex, Profiles};

/// How many people are scored for one list of candidates.
const CANDIDATES: usize = 500;

/// Whom projects are compared with, and by what.
#[derive(Clone)]
pub struct People {
    pub profiles: Arc<dyn Profiles>,
    pub pairs: Arc<dyn Pairs>,
    pub candidates: Arc<dyn CandidateIndex>,
    pub model: Arc<Model>,
}

impl People {
    /// Nobody can found, join or be compared before they said something about themselves.
    pub(crate) async fn oneself(&self, user_id: UserId) -> Result<Person> {
        self.profiles.find_people(&[user_id]).await?.pop().ok_or_else(|| Error::from(Code::ProfileMissing))
    }

    /// Those of `user_ids` whom `me` may meet: they have a profile that is shown, and nobody has blocked the other.
    pub(crate) async fn met_by(&self, me: UserId, user_ids: &[UserId]) -> Result<Vec<Person>> {
        let (people, pairs) = try_join!(self.profiles.find_people(user_ids), self.pairs.find_many(me, user_ids))?;
        let apart: HashSet<UserId> = pairs.iter().filter(|pair| pair.is_blocked()).map(|pair| pair.other(me)).collect();
        let is_met = |person: &Person| {
            let user_id = person.profile.user_id;
            user_id == me || (person.profile.is_shown() && !apart.contains(&user_id))
        };
        Ok(people.into_iter().filter(is_met).collect())
    }

    /// People worth scoring for a project. The one place that asks the index.
    pub(crate) async fn worth_scoring(&self) -> Result<Vec<UserId>> {
        self.candidates.candidates(CANDIDATES).await
    }
}
