//! Profiles, and which of their skills matching has something to say about.

use std::sync::Arc;

use shared::domain::profile::{Profile, Skill};
use shared::error::Result;
use shared::models::Models;
use shared::ports::profiles::Profiles;

#[derive(Clone)]
pub struct Shelf {
    pub(crate) profiles: Arc<dyn Profiles>,
    models: Models,
}

impl Shelf {
    pub fn new(profiles: Arc<dyn Profiles>, models: Models) -> Self {
        Self { profiles, models }
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
