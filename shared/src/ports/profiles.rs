//! Profiles, and the directory in which candidates are found.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::profile::Profile;
use crate::error::Result;

#[async_trait]
pub trait Profiles: Send + Sync {
    /// Strongly consistent: people read what they just wrote.
    async fn find(&self, user_id: UserId) -> Result<Option<Profile>>;

    /// The profiles that exist among `user_ids`, in no particular order. Strongly consistent, so that an edit changes
    /// the very next score.
    async fn find_many(&self, user_ids: &[UserId]) -> Result<Vec<Profile>>;

    /// Stores a profile if the stored one still is of the version before it; answers whether it was.
    async fn save(&self, profile: &Profile) -> Result<bool>;
}

#[async_trait]
pub trait CandidateIndex: Send + Sync {
    /// People worth scoring for a list, at most `limit`. It may lag behind a minute; callers score from fresh profiles.
    async fn candidates(&self, limit: usize) -> Result<Vec<UserId>>;
}
