//! Who is seen to be online.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::id::UserId;
use crate::domain::settings::Settings;
use crate::error::Result;
use crate::ports::registry::Registry;
use crate::ports::settings::SettingsReader;

#[derive(Clone)]
pub struct Presence {
    registry: Arc<dyn Registry>,
    settings: Arc<dyn SettingsReader>,
}

impl Presence {
    pub fn new(registry: Arc<dyn Registry>, settings: Arc<dyn SettingsReader>) -> Self {
        Self { registry, settings }
    }

    /// Those among `ids` who have a live socket and show it to everyone. Only they are asked whether they do: most people
    /// are not there.
    pub(super) async fn shown(&self, ids: &[UserId]) -> Result<HashSet<UserId>> {
        let sockets = self.registry.live_sockets_of(ids).await?;
        let online: HashSet<UserId> = sockets.into_iter().map(|socket| socket.user_id).collect();
        let online: Vec<UserId> = online.into_iter().collect();
        let settings = self.settings.find_many(&online).await?;
        Ok(settings.iter().filter(|one| one.shows_presence_to_everyone()).map(|one: &Settings| one.user_id).collect())
    }
}
