//! Settings.

use async_trait::async_trait;

use crate::domain::id::UserId;
use crate::domain::outbox::OutboxEntry;
use crate::domain::settings::Settings;
use crate::error::Result;

#[async_trait]
pub trait SettingsReader: Send + Sync {
    /// The settings of some people, in no particular order: one for each of them, the default ones for whoever has set
    /// nothing. Strongly consistent, so that whoever hides is hidden with the next answer.
    async fn find_many(&self, user_ids: &[UserId]) -> Result<Vec<Settings>>;
}

#[async_trait]
pub trait SettingsStore: Send + Sync {
    /// The settings of one person, likewise.
    async fn find(&self, user_id: UserId) -> Result<Settings>;

    /// Replaces `before` by `after`, and with it the time of the next digest, and promises what is to be told, if nobody was
    /// faster; answers whether it did.
    /// MUST leave alone what the last digest has told of, unless `after` resumes what `before` had switched off.
    async fn replace(&self, before: &Settings, after: &Settings, promise: Option<&OutboxEntry>) -> Result<bool>;
}
