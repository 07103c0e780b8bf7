//! Settings, in the profiles table: what somebody wishes, and where their digests stand.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{Item, Key, decode, number, text, value};
use super::outbox::{DynamoOutbox, row};
use super::range::Index;
use super::table::{Read, Table};
use super::transaction::Transaction;
use crate::domain::id::UserId;
use crate::domain::outbox::OutboxEntry;
use crate::domain::profile::TimeZone;
use crate::domain::settings::{Cadence, DigestWishes, Hour, NewsKind, Presence, QuietHours, Settings, Weekday, Wishes};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::settings::{SettingsReader, SettingsStore};

/// Those for whom a digest is due at some time.
pub(super) const INDEX: Index = Index { name: "digest", pk: "digest_pk", sk: "digest_sk" };
/// Due times are written all the time: one partition would be the ceiling.
pub(super) const SHARDS: u8 = 4;

#[derive(Clone, Debug)]
pub struct DynamoSettings {
    profiles: Table,
    outbox: Option<DynamoOutbox>,
}

#[derive(Serialize, Deserialize)]
struct StoredSettings {
    user_id: UserId,
    version: u64,
    details: StoredWishes,
}

/// What is said is one map, so that an attribute more or less is no other expression.
#[derive(Serialize, Deserialize)]
struct StoredWishes {
    presence: Presence,
    kinds: Vec<NewsKind>,
    cadence: Cadence,
    hour: u8,
    weekday: Weekday,
    quiet_from: u8,
    quiet_until: u8,
    time_zone: String,
}

impl DynamoSettings {
    /// For functions that only ask what people wish.
    pub fn reader(profiles: Table) -> Self {
        Self { profiles, outbox: None }
    }

    pub fn new(profiles: Table, outbox: DynamoOutbox) -> Self {
        Self { profiles, outbox: Some(outbox) }
    }
}

#[async_trait]
impl SettingsReader for DynamoSettings {
    async fn find_many(&self, user_ids: &[UserId]) -> Result<Vec<Settings>> {
        let mut settings: HashMap<UserId, Settings> =
            user_ids.iter().map(|user_id| (*user_id, Settings::of_newcomer(*user_id))).collect();
        let keys: Vec<_> = settings.keys().copied().map(key).collect();
        for item in self.profiles.get_many(&keys, Read::Strong).await? {
            let stored = restore(item)?;
            settings.insert(stored.user_id, stored);
        }
        Ok(settings.into_values().collect())
    }
}

#[async_trait]
impl SettingsStore for DynamoSettings {
    async fn find(&self, user_id: UserId) -> Result<Settings> {
        let item = self.profiles.get_item(&key(user_id), Read::Strong).await?;
        item.map_or_else(|| Ok(Settings::of_newcomer(user_id)), restore)
    }

    async fn replace(&self, before: &Settings, after: &Settings, promise: Option<&OutboxEntry>) -> Result<bool> {
        let is_resumed = before.is_resumed_by(after);
        let mut transaction = with_settings(self.profiles.transaction(), &self.profiles, after, is_resumed)?;
        if let Some(entry) = promise {
            let outbox =
                self.outbox.as_ref().ok_or_else(|| Error::internal("this function does not change settings"))?;
            transaction = transaction.put(outbox.table(), row(entry)?);
        }
        transaction.committed().await
    }
}

/// Writes settings over those of the version before, with the time of the next digest. What the last one told of stays,
/// unless digests are wished again after a while, so that an edit never brings back old news.
pub(super) fn with_settings(
    transaction: Transaction,
    profiles: &Table,
    settings: &Settings,
    is_resumed: bool,
) -> Result<Transaction> {
    let now = profiles.now();
    let next = settings.next_digest(now);
    let seen = if is_resumed { ":now" } else { "if_not_exists(digest_seen, :now)" };
    let set = format!("SET user_id = :user_id, version = :version, details = :details, digest_seen = {seen}");
    let change = match next {
        Some(_) => format!("{set}, digest_pk = :digest_pk, digest_sk = :digest_sk"),
        None => format!("{set} REMOVE digest_pk, digest_sk"),
    };
    let mut change = Expression::new(&change)
        .value(":user_id", text(settings.user_id.to_string()))
        .value(":version", number(settings.version))
        .value(":details", value(&StoredWishes::from(settings))?)
        .value(":now", text(now.to_string()));
    if let Some(next) = next {
        change = change.value(":digest_pk", text(partition(shard(settings.user_id))));
        change = change.value(":digest_sk", text(next.to_string()));
    }
    let key = key(settings.user_id);
    Ok(match settings.version.saturating_sub(1) {
        0 => transaction.update_if(profiles, &key, change, "attribute_not_exists(pk)"),
        before => transaction.update_if(profiles, &key, change.value(":before", number(before)), "version = :before"),
    })
}

pub(super) fn restore(item: Item) -> Result<Settings> {
    let StoredSettings { user_id, version, details } = decode(item)?;
    let hour = |field, hour: u8| Hour::parse(field, hour.into()).map_err(Error::internal);
    let digest = DigestWishes {
        kinds: details.kinds,
        cadence: details.cadence,
        hour: hour("hour", details.hour)?,
        weekday: details.weekday,
        quiet: QuietHours {
            from: hour("quiet_from", details.quiet_from)?,
            until: hour("quiet_until", details.quiet_until)?,
        },
    };
    let wishes = Wishes { presence: details.presence, digest };
    // A zone that has left the database since must not keep its people from what they wish.
    let time_zone = TimeZone::parse(&details.time_zone).unwrap_or(TimeZone::UTC);
    Ok(Settings { user_id, version, wishes, time_zone })
}

pub(super) fn key(user_id: UserId) -> Key {
    Key::new(format!("USER#{user_id}"), "SETTINGS")
}

pub(super) fn partition(shard: u8) -> String {
    format!("DIGEST#{shard}")
}

/// Ids are random at their end, so this spreads evenly.
fn shard(user_id: UserId) -> u8 {
    user_id.as_uuid().as_bytes()[15] % SHARDS
}

/// A time as an attribute of the item.
pub(super) fn moment(item: &Item, name: &str) -> Option<Timestamp> {
    item.get(name)?.as_s().ok()?.parse().ok()
}

impl From<&Settings> for StoredWishes {
    fn from(settings: &Settings) -> Self {
        let Wishes { presence, digest } = settings.wishes.clone();
        Self {
            presence,
            kinds: digest.kinds,
            cadence: digest.cadence,
            hour: digest.hour.get(),
            weekday: digest.weekday,
            quiet_from: digest.quiet.from.get(),
            quiet_until: digest.quiet.until.get(),
            time_zone: settings.time_zone.as_str().to_owned(),
        }
    }
}
