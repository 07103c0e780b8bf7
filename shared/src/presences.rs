//! Who is there, for those who may know: what `socket` answers and notices, and `push` tells.
//!
//! A change is told by whoever notices it: the socket that comes first or goes last, or the sweep that finds the last lease
//! lapsed. The registry remembers what was told last, so that whatever was missed is noticed with the next frame or sweep.

use std::sync::Arc;

use futures::try_join;

use crate::domain::id::UserId;
use crate::domain::presence::Presence;
use crate::error::{Error, Result};
use crate::ports::pairs::Pairs;
use crate::ports::registry::{PresenceBoard, Watches};
use crate::ports::settings::SettingsReader;

#[derive(Clone)]
pub struct Presences {
    pub board: Arc<dyn PresenceBoard>,
    pub watches: Arc<dyn Watches>,
    pub pairs: Arc<dyn Pairs>,
    pub settings: Arc<dyn SettingsReader>,
}

impl Presences {
    /// A presence as those who watch may know it: whoever hides comes and goes unnoticed.
    pub async fn as_known(&self, presence: Presence) -> Result<Presence> {
        let settings = self.settings.find_many(&[presence.user_id]).await?;
        let settings = settings.first().ok_or_else(|| Error::internal("nobody is without settings"))?;
        Ok(presence.under(settings))
    }

    /// Somebody's presence as it is.
    pub async fn presence_of(&self, user_id: UserId) -> Result<Presence> {
        let presences = self.board.presences_of(&[user_id]).await?;
        Ok(presences.into_iter().next().unwrap_or(Presence::unknown(user_id)))
    }

    /// Those of some people whom somebody is connected with.
    pub async fn connected(&self, user_id: UserId, others: &[UserId]) -> Result<Vec<UserId>> {
        let pairs = self.pairs.find_many(user_id, others).await?;
        Ok(pairs.iter().filter(|pair| pair.is_connected()).map(|pair| pair.other(user_id)).collect())
    }

    /// The presences of some people as their connections may know them, without those who hide.
    pub async fn shown(&self, user_ids: &[UserId]) -> Result<Vec<Presence>> {
        let (presences, settings) = try_join!(self.board.presences_of(user_ids), self.settings.find_many(user_ids))?;
        let of = |presence: &Presence| settings.iter().find(|settings| settings.user_id == presence.user_id);
        let shown = presences.into_iter().filter_map(|presence| {
            let settings = of(&presence).filter(|settings| !settings.hides_presence())?;
            Some(presence.under(settings))
        });
        Ok(shown.collect())
    }
}

impl std::fmt::Debug for Presences {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Presences")
    }
}
