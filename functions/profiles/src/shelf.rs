//! Profiles, photos and settings, how often they are written, and which skills matching has something to say about.

use std::sync::Arc;

use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::limit::{EDIT_PER_PERSON, Subject};
use shared::domain::profile::{Profile, Skill};
use shared::domain::settings::Settings;
use shared::edge::http::Limiter;
use shared::error::Result;
use shared::models::Models;
use shared::ports::profiles::Profiles;
use shared::ports::settings::SettingsStore;

use crate::gallery::Gallery;

#[derive(Clone)]
pub struct Shelf {
    pub(crate) profiles: Arc<dyn Profiles>,
    pub(crate) settings: Arc<dyn SettingsStore>,
    pub(crate) gallery: Gallery,
    models: Models,
    limiter: Limiter,
}

impl Shelf {
    pub fn new(
        profiles: Arc<dyn Profiles>,
        settings: Arc<dyn SettingsStore>,
        gallery: Gallery,
        models: Models,
        limiter: Limiter,
    ) -> Self {
        Self { profiles, settings, gallery, models, limiter }
    }

    /// The profile and the settings of somebody who writes one of them anew, which is counted.
    pub(crate) async fn to_be_written(&self, user_id: UserId) -> Result<(Option<Profile>, Settings)> {
        let counted = Subject::person(user_id);
        let counted = self.limiter.take(&EDIT_PER_PERSON, &counted);
        let (profile, settings, ()) = try_join!(self.profiles.find(user_id), self.settings.find(user_id), counted)?;
        Ok((profile, settings))
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
