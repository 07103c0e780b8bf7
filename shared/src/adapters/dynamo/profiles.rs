//! The profiles table.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, encode, text};
use super::outbox::{DynamoOutbox, row};
use super::table::{Read, Table};
use super::transaction::Outcome;
use super::{directory, embeddings, settings};
use crate::domain::embedding::{Embedding, TextHash};
use crate::domain::id::UserId;
use crate::domain::matching::Person;
use crate::domain::profile::{Profile, ProfileDetails};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::profiles::{Consequences, Profiles};
use crate::telemetry;

/// Reads profiles for everybody; writing them needs the outbox, which only `profiles` has.
#[derive(Clone, Debug)]
pub struct DynamoProfiles {
    profiles: Table,
    outbox: Option<DynamoOutbox>,
}

#[derive(Serialize, Deserialize)]
struct StoredProfile {
    user_id: UserId,
    version: u64,
    details: ProfileDetails,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text_hash: Option<TextHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hidden_until: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl DynamoProfiles {
    pub fn reader(profiles: Table) -> Self {
        Self { profiles, outbox: None }
    }

    pub fn new(profiles: Table, outbox: DynamoOutbox) -> Self {
        Self { profiles, outbox: Some(outbox) }
    }

    /// Nothing stands here but a mark that hides whoever has written no profile yet; it has no details.
    fn restore(&self, item: Item) -> Option<Result<Profile>> {
        item.contains_key("details").then(|| {
            let StoredProfile { user_id, version, details, text_hash, hidden_until, created_at, updated_at } =
                decode(item)?;
            let hidden_until = hidden_until.filter(|until| *until > self.profiles.now());
            Ok(Profile { user_id, version, details, text_hash, hidden_until, created_at, updated_at })
        })
    }

    /// There is no profile yet, and nobody keeps its owner from writing one.
    fn unwritten(&self) -> Expression {
        let free = "attribute_not_exists(details) AND (attribute_not_exists(hidden_until) OR hidden_until <= :now)";
        Expression::new(free).value(":now", text(self.profiles.now().to_string()))
    }
}

#[async_trait]
impl Profiles for DynamoProfiles {
    async fn find(&self, user_id: UserId) -> Result<Option<Profile>> {
        let item = self.profiles.get_item(&key(user_id), Read::Strong).await?;
        item.and_then(|item| self.restore(item)).transpose()
    }

    async fn find_people(&self, user_ids: &[UserId]) -> Result<Vec<Person>> {
        let wanted: BTreeSet<UserId> = user_ids.iter().copied().collect();
        let keys: Vec<_> = wanted.into_iter().flat_map(|user_id| [key(user_id), embeddings::key(user_id)]).collect();
        let items = self.profiles.get_many(&keys, Read::Strong).await?;
        let (vectors, items): (Vec<_>, Vec<_>) = items.into_iter().partition(embeddings::is_one);
        let read = |item| embeddings::restore(item).inspect_err(telemetry::report).ok();
        let mut embeddings: HashMap<UserId, Embedding> = vectors.into_iter().filter_map(read).collect();
        let profiles = items.into_iter().filter_map(|item| self.restore(item));
        profiles.map(|profile| profile.map(|profile| with_embedding(profile, &mut embeddings))).collect()
    }

    async fn save(&self, profile: &Profile, consequences: &Consequences) -> Result<bool> {
        let outbox = self.outbox.as_ref().ok_or_else(|| Error::internal("this function does not write profiles"))?;
        let condition = match profile.version {
            1 => self.unwritten(),
            version => Expression::at_version(version - 1),
        };
        let mut transaction = self.profiles.transaction().put_if(&self.profiles, to_item(profile)?, condition);
        if let Some(entry) = &consequences.promise {
            transaction = transaction.put(outbox.table(), row(entry)?);
        }
        if let Some(settings) = &consequences.settings {
            transaction = settings::with_settings(transaction, &self.profiles, settings, false)?;
        }
        Ok(transaction.commit().await? == Outcome::Committed)
    }
}

fn with_embedding(profile: Profile, embeddings: &mut HashMap<UserId, Embedding>) -> Person {
    let embedding = embeddings.remove(&profile.user_id);
    Person::new(profile, embedding)
}

fn to_item(profile: &Profile) -> Result<Item> {
    let stored = StoredProfile {
        user_id: profile.user_id,
        version: profile.version,
        details: profile.details.clone(),
        text_hash: profile.text_hash.clone(),
        hidden_until: profile.hidden_until,
        created_at: profile.created_at,
        updated_at: profile.updated_at,
    };
    let mut item = encode(&key(profile.user_id), &stored)?;
    item.extend(directory::attributes(profile));
    Ok(item)
}

pub(super) fn key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "PROFILE")
}
