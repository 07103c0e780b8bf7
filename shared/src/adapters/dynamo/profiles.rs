//! The profiles table.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::directory;
use super::expression::Expression;
use super::item::{Item, Key, decode, encode, text};
use super::table::{Read, Table};
use super::transaction::Outcome;
use crate::domain::id::UserId;
use crate::domain::profile::{Profile, ProfileDetails};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::profiles::Profiles;

#[derive(Clone, Debug)]
pub struct DynamoProfiles(Table);

#[derive(Serialize, Deserialize)]
struct StoredProfile {
    user_id: UserId,
    version: u64,
    details: ProfileDetails,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hidden_until: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl DynamoProfiles {
    pub fn new(profiles: Table) -> Self {
        Self(profiles)
    }

    /// Nothing stands here but a mark that hides whoever has written no profile yet; it has no details.
    fn restore(&self, item: Item) -> Option<Result<Profile>> {
        item.contains_key("details").then(|| {
            let StoredProfile { user_id, version, details, hidden_until, created_at, updated_at } = decode(item)?;
            let hidden_until = hidden_until.filter(|until| *until > self.0.now());
            Ok(Profile { user_id, version, details, hidden_until, created_at, updated_at })
        })
    }

    /// There is no profile yet, and nobody keeps its owner from writing one.
    fn unwritten(&self) -> Expression {
        let free = "attribute_not_exists(details) AND (attribute_not_exists(hidden_until) OR hidden_until <= :now)";
        Expression::new(free).value(":now", text(self.0.now().to_string()))
    }
}

#[async_trait]
impl Profiles for DynamoProfiles {
    async fn find(&self, user_id: UserId) -> Result<Option<Profile>> {
        let item = self.0.get_item(&key(user_id), Read::Strong).await?;
        item.and_then(|item| self.restore(item)).transpose()
    }

    async fn find_many(&self, user_ids: &[UserId]) -> Result<Vec<Profile>> {
        let keys: Vec<_> = user_ids.iter().copied().map(key).collect();
        self.0.get_many(&keys, Read::Strong).await?.into_iter().filter_map(|item| self.restore(item)).collect()
    }

    async fn save(&self, profile: &Profile) -> Result<bool> {
        let condition = match profile.version {
            1 => self.unwritten(),
            version => Expression::at_version(version - 1),
        };
        let outcome = self.0.transaction().put_if(&self.0, to_item(profile)?, condition).commit().await?;
        Ok(outcome == Outcome::Committed)
    }
}

fn to_item(profile: &Profile) -> Result<Item> {
    let stored = StoredProfile {
        user_id: profile.user_id,
        version: profile.version,
        details: profile.details.clone(),
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
