//! Profiles, how often they are written, and which of their skills matching has something to say about.

use std::sync::Arc;

use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::limit::{EDIT_PER_PERSON, Subject};
use shared::domain::profile::{Profile, Skill};
use shared::edge::http::Limiter;
use shared::error::Result;
use shared::models::Models;
use shared::ports::profiles::Profiles;

#[derive(Clone)]
pub struct Shelf {
    pub(crate) profiles: Arc<dyn Profiles>,
    models: Models,
    limiter: Limiter,
}

impl Shelf {
    pub fn new(profiles: Arc<dyn Profiles>, models: Models, limiter: Limiter) -> Self {
        Self { profiles, models, limiter }
    }

    /// The profile of somebody who writes it anew, which is counted.
    pub(crate) async fn to_be_written(&self, user_id: UserId) -> Result<Option<Profile>> {
        let counted = Subject::person(user_id);
        let (before, ()) = try_join!(self.profiles.find(user_id), self.limiter.take(&EDIT_PER_PERSON, &counted))?;
        Ok(before)
    }

    /// The skills that the matrix does not know at this moment: they count only where both people have them.
    pub(crate) async fn unknown_skills(&self, profile: &Profile) -> Result<Vec<String>> {
        if profile.details.skills.is_empty() {
            return Ok(Vec::new());
        }
        let model = self.models.current().await?;
        let unknown = profile.details.skills.iter().filter(|skill| !model.matrix.knows(skill));
        Ok(unknown.map(Skill::as_str).map(str::to_owned).collect())
    }
}
