//! Profiles.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::matching::Person;
use crate::domain::outbox::OutboxEntry;
use crate::domain::profile::Profile;
use crate::domain::settings::Settings;
use crate::error::Result;

/// What follows from writing a profile.
#[derive(Clone, Debug, Default)]
pub struct Consequences {
    pub promise: Option<OutboxEntry>,
    /// The settings that the first profile brings along, or that follow its time zone, if they are to be others.
    pub settings: Option<Settings>,
}

#[async_trait]
pub trait Profiles: Send + Sync {
    /// Strongly consistent: people read what they just wrote.
    async fn find(&self, user_id: UserId) -> Result<Option<Profile>>;

    /// Those who have a profile among `user_ids`, each with the embedding of what it says if there is one, in no particular
    /// order. Strongly consistent, so that an edit changes the very next score. An embedding that cannot be read is
    /// none: it must not keep its owner out of every list.
    async fn find_people(&self, user_ids: &[UserId]) -> Result<Vec<Person>>;

    /// Stores a profile with everything that follows from it, or nothing, if what is stored still is of the version before
    /// it, and so are the settings; answers whether it was.
    async fn save(&self, profile: &Profile, consequences: &Consequences) -> Result<bool>;
}
