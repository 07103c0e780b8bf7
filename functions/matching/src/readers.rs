//! Those who ask for their lists.

use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::limit::{LIST_PER_PERSON, Subject};
use shared::domain::matching::Person;
use shared::edge::http::Limiter;
use shared::error::Result;
use shared::models::{Lens, Sight};
use shared::suggestions::People;

/// Who asks, how they see others, and how often they have asked.
#[derive(Clone)]
pub struct Readers {
    people: People,
    lens: Lens,
    limiter: Limiter,
}

impl Readers {
    pub fn new(people: People, lens: Lens, limiter: Limiter) -> Self {
        Self { people, lens, limiter }
    }

    /// Somebody who asks for a list, which is counted.
    pub(crate) async fn of_list(&self, user_id: UserId) -> Result<(Person, Sight)> {
        let counted = Subject::person(user_id);
        let counted = self.limiter.take(&LIST_PER_PERSON, &counted);
        let (me, sight, ()) = try_join!(self.people.oneself(user_id), self.lens.of(user_id), counted)?;
        Ok((me, sight))
    }

    pub(crate) async fn sight_of(&self, user_id: UserId) -> Result<Sight> {
        self.lens.of(user_id).await
    }
}
