//! The profiles table.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::directory;
use super::expression::Expression;
use super::item::{Item, Key, decode, encode};
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
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl DynamoProfiles {
    pub fn new(profiles: Table) -> Self {
        Self(profiles)
    }
}

#[async_trait]
impl Profiles for DynamoProfiles {
    async fn find(&self, user_id: UserId) -> Result<Option<Profile>> {
        let stored: Option<StoredProfile> = self.0.get(&key(user_id), Read::Strong).await?;
        Ok(stored.map(Into::into))
    }

    async fn find_many(&self, user_ids: &[UserId]) -> Result<Vec<Profile>> {
        let keys: Vec<_> = user_ids.iter().copied().map(key).collect();
        self.0
            .get_many(&keys, Read::Strong)
            .await?
            .into_iter()
            .map(|item| Ok(decode::<StoredProfile>(item)?.into()))
            .collect()
    }

    async fn save(&self, profile: &Profile) -> Result<bool> {
        let condition = Expression::at_version(profile.version - 1);
        let outcome = self.0.transaction().put_if(&self.0, to_item(profile)?, condition).commit().await?;
        Ok(outcome == Outcome::Committed)
    }
}

fn to_item(profile: &Profile) -> Result<Item> {
    let stored = StoredProfile {
        user_id: profile.user_id,
        version: profile.version,
        details: profile.details.clone(),
        created_at: profile.created_at,
        updated_at: profile.updated_at,
    };
    let mut item = encode(&key(profile.user_id), &stored)?;
    item.extend(directory::attributes(profile));
    Ok(item)
}

impl From<StoredProfile> for Profile {
    fn from(stored: StoredProfile) -> Self {
        let StoredProfile { user_id, version, details, created_at, updated_at } = stored;
        Self { user_id, version, details, created_at, updated_at }
    }
}

pub(super) fn key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "PROFILE")
}
