//! Who answers whom: the two people, how they compare, and what earlier answers have taught.

use std::sync::Arc;

use futures::try_join;
use shared::domain::id::UserId;
use shared::domain::matching::{self, Answer, Impression, Person, Taste};
use shared::domain::profile::Profile;
use shared::error::{Code, Result};
use shared::models::Models;
use shared::ports::profiles::Profiles;
use shared::ports::tastes::{TasteKeeper, Tastes};
use shared::received_likes::{Page, ReceivedLikes};

#[derive(Clone)]
pub struct People {
    profiles: Arc<dyn Profiles>,
    models: Models,
    tastes: Arc<dyn Tastes>,
    keeper: Arc<dyn TasteKeeper>,
    likes: ReceivedLikes,
}

/// Somebody is about to answer somebody.
pub(crate) struct Encounter {
    /// The other one as they are now; nobody if they are shown to nobody.
    other: Option<Profile>,
    /// How the two compare; nothing if the one who answers has no profile, and then there is nothing to learn.
    pub(crate) impression: Option<Impression>,
}

impl Encounter {
    pub(crate) fn other(&self) -> Result<&Profile> {
        self.other.as_ref().ok_or_else(|| Code::ProfileNotFound.into())
    }

    pub(crate) fn has_own_profile(&self) -> bool {
        self.impression.is_some()
    }
}

/// How often a taste is changed anew when an answer is counted at the same moment.
const ROUNDS: usize = 4;

impl People {
    pub fn new(
        profiles: Arc<dyn Profiles>,
        models: Models,
        tastes: Arc<dyn Tastes>,
        keeper: Arc<dyn TasteKeeper>,
        likes: ReceivedLikes,
    ) -> Self {
        Self { profiles, models, tastes, keeper, likes }
    }

    /// Those who wait for an answer, by the page.
    pub(crate) async fn received_likes(&self, me: UserId, before: Option<UserId>, limit: usize) -> Result<Page> {
        self.likes.page(me, before, limit).await
    }

    pub(crate) async fn meet(&self, me: UserId, other: UserId) -> Result<Encounter> {
        let both = [me, other];
        let (people, model) = try_join!(self.profiles.find_people(&both), self.models.current())?;
        let find = |user_id| people.iter().find(|person: &&Person| person.profile.user_id == user_id);
        let (own, other) = (find(me), find(other).filter(|other| other.profile.is_shown()));
        let impression = own.map(|own| {
            let score = other.map(|other| matching::score(own, other, &model));
            score.as_ref().map(Impression::from).unwrap_or_default()
        });
        Ok(Encounter { other: other.map(|other| other.profile.clone()), impression })
    }

    /// What somebody's next answer about `other` adds to, and what it replaces.
    pub(crate) async fn before_answer(&self, me: UserId, other: UserId) -> Result<(Taste, Option<Answer>)> {
        self.tastes.before_answer(me, other).await
    }

    /// Whether there is anybody who can be met: one needs a profile for that, shown or hidden, and keeps it until one is erased.
    pub(crate) async fn is_somebody(&self, user_id: UserId) -> Result<bool> {
        Ok(!self.profiles.find_people(&[user_id]).await?.is_empty())
    }

    pub(crate) async fn taste(&self, me: UserId) -> Result<Taste> {
        self.tastes.find(me).await
    }

    /// Changes somebody's taste at their own wish; `change` answers nothing if it is as wished already.
    pub(crate) async fn change_taste(&self, me: UserId, change: impl Fn(&Taste) -> Option<Taste>) -> Result<Taste> {
        for _ in 0..ROUNDS {
            let before = self.taste(me).await?;
            let Some(after) = change(&before) else { return Ok(before) };
            if self.keeper.replace(me, &before, &after).await? {
                return Ok(after);
            }
        }
        Err(Code::Unavailable.into())
    }
}
