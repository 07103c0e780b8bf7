//! Profiles.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::matching::Person;
use crate::domain::outbox::OutboxEntry;
use crate::domain::profile::Profile;
use crate::error::Result;

#[async_trait]
pub trait Profiles: Send + Sync {
    /// Strongly consistent: people read what they just wrote.
    async fn find(&self, user_id: UserId) -> Result<Option<Profile>>;

    /// Those who have a profile among `user_ids`, each with the embedding of what it says if there is one, in no particular
    /// order. Strongly consistent, so that an edit changes the very next score. An embedding that cannot be read is
    /// none: it must not keep its owner out of every list.
    async fn find_people(&self, user_ids: &[UserId]) -> Result<Vec<Person>>;

    /// Stores a profile, and with it the promise of what follows from it, if the stored one still is of the version before
    /// it; answers whether it was.
    async fn save(&self, profile: &Profile, promise: Option<&OutboxEntry>) -> Result<bool>;
}
