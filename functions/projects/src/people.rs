//! The people around projects, as they are at this moment.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use futures::future::try_join_all;
use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::matching::Person;
use shared::domain::profile::Field;
use shared::error::{Code, Error, Result};
use shared::models::Models;
use shared::ports::candidates::Directory;
use shared::ports::pairs::Pairs;
use shared::ports::profiles::Profiles;

/// How many people are scored for one list of candidates.
const CANDIDATES: usize = 500;

/// Whom projects are compared with, and by what.
#[derive(Clone)]
pub struct People {
    pub profiles: Arc<dyn Profiles>,
    pub pairs: Arc<dyn Pairs>,
    pub directory: Arc<dyn Directory>,
    pub models: Models,
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

    /// People worth scoring for a project: those who were edited last, of all fields. The candidate index looks for people
    /// who suit a person; a project is none.
    pub(crate) async fn worth_scoring(&self) -> Result<Vec<UserId>> {
        let lines = try_join_all(Field::ALL.iter().map(|field| self.directory.newest(*field, CANDIDATES))).await?;
        let mut lines: Vec<_> = lines.into_iter().flatten().collect();
        lines.sort_unstable_by_key(|line| Reverse((line.updated_at, line.user_id)));
        lines.truncate(CANDIDATES);
        Ok(lines.into_iter().map(|line| line.user_id).collect())
    }
}
