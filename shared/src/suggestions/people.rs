//! People and what is between them, as they are at this moment.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::try_join;

use super::presence::Presence;
use crate::domain::id::UserId;
use crate::domain::listing::{self, Wanted};
use crate::domain::matching::Person;
use crate::domain::pair::Pair;
use crate::error::{Code, Error, Result};
use crate::ports::pairs::Pairs;
use crate::ports::profiles::Profiles;

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub wanted: Wanted,
    /// Only people with a live socket who show it to everyone. It is no part of a ranking, because it changes from one moment to the next.
    pub online_now: bool,
}

#[derive(Clone)]
pub struct People {
    profiles: Arc<dyn Profiles>,
    pairs: Arc<dyn Pairs>,
    presence: Option<Presence>,
}

impl People {
    pub fn new(profiles: Arc<dyn Profiles>, pairs: Arc<dyn Pairs>, presence: Presence) -> Self {
        Self { profiles, pairs, presence: Some(presence) }
    }

    /// For whoever never asks who is online.
    pub fn without_presence(profiles: Arc<dyn Profiles>, pairs: Arc<dyn Pairs>) -> Self {
        Self { profiles, pairs, presence: None }
    }

    /// Nobody can be matched with before they said something about themselves.
    pub async fn oneself(&self, user_id: UserId) -> Result<Person> {
        self.profiles.find_people(&[user_id]).await?.pop().ok_or_else(|| Error::from(Code::ProfileMissing))
    }

    /// Oneself, somebody else, and what is between the two.
    pub async fn oneself_and(&self, me: UserId, other: UserId) -> Result<(Person, Person, Pair)> {
        let both = [me, other];
        let (mut people, pair) = try_join!(self.profiles.find_people(&both), self.pairs.find(me, other))?;
        let mut take = |wanted| {
            let found = people.iter().position(|person| person.profile.user_id == wanted);
            found.map(|index| people.swap_remove(index))
        };
        let own = take(me).ok_or(Code::ProfileMissing)?;
        let other = take(other).ok_or(Code::ProfileNotFound)?;
        Ok((own, other, pair))
    }

    /// Those among `ids` who may be in the list of `me` now, and are what was asked for; in no particular order.
    pub async fn listed(&self, me: &Person, ids: &[UserId], asked: &Asked) -> Result<Vec<Person>> {
        let own = me.profile.user_id;
        let (people, pairs, online) = try_join!(
            self.profiles.find_people(ids),
            self.pairs.find_many(own, ids),
            self.online(ids, asked.online_now)
        )?;
        let pairs: HashMap<UserId, Pair> = pairs.into_iter().map(|pair| (pair.other(own), pair)).collect();
        let is_listed = |person: &Person| {
            let other = person.profile.user_id;
            let strangers = || std::borrow::Cow::Owned(Pair::strangers(own, other));
            let pair = pairs.get(&other).map_or_else(strangers, std::borrow::Cow::Borrowed);
            listing::may_be_listed(&me.profile, &person.profile, &pair)
                && asked.wanted.admits(&me.profile, &person.profile)
                && online.as_ref().is_none_or(|online| online.contains(&other))
        };
        Ok(people.into_iter().filter(is_listed).collect())
    }

    /// Whom somebody has answered: they are in no list any more.
    pub async fn answered_by(&self, user_id: UserId) -> Result<Vec<UserId>> {
        self.pairs.answered_by(user_id).await
    }

    /// Who is seen to be online, if that matters.
    async fn online(&self, ids: &[UserId], matters: bool) -> Result<Option<HashSet<UserId>>> {
        if !matters {
            return Ok(None);
        }
        let presence = self.presence.as_ref();
        let presence = presence.ok_or_else(|| Error::internal("this function does not look who is online"))?;
        Ok(Some(presence.shown(ids).await?))
    }
}
