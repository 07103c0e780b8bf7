//! Who is due for a digest: an index of the settings, sparse and in the order of the due times.

use async_trait::async_trait;
use futures::future::try_join_all;
use serde::Deserialize;

use super::expression::Expression;
use super::item::{Item, decode, number, text};
use super::outbox::{DynamoOutbox, row};
use super::range::Range;
use super::settings::{self, INDEX, SHARDS, moment, partition};
use super::table::{Read, Table};
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::digests::{DigestMail, DigestState, Digests};

/// Before every time that is written.
const FIRST: &str = "0";

#[derive(Clone, Debug)]
pub struct DynamoDigests {
    profiles: Table,
    outbox: DynamoOutbox,
}

/// The keys of the index; everything else stays in the table.
#[derive(Deserialize)]
struct StoredLine {
    pk: String,
    digest_sk: Timestamp,
}

impl DynamoDigests {
    pub fn new(profiles: Table, outbox: DynamoOutbox) -> Self {
        Self { profiles, outbox }
    }
}

#[async_trait]
impl Digests for DynamoDigests {
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<UserId>> {
        let of_shard = limit.div_ceil(SHARDS.into());
        let range = |shard| Range::between(partition(shard), FIRST, now.to_string()).limit(of_shard).index(INDEX);
        let shards = try_join_all((0..SHARDS).map(|shard| self.profiles.query(range(shard)))).await?;
        let mut lines: Vec<StoredLine> = shards.into_iter().flatten().map(decode).collect::<Result<_>>()?;
        lines.sort_by_key(|line| line.digest_sk);
        lines.iter().map(StoredLine::person).collect()
    }

    async fn find_many(&self, user_ids: &[UserId]) -> Result<Vec<DigestState>> {
        let keys: Vec<_> = user_ids.iter().copied().map(settings::key).collect();
        let items = self.profiles.get_many(&keys, Read::Strong).await?;
        items.into_iter().filter_map(state).collect()
    }

    async fn advance(&self, before: &DigestState, next: Option<Timestamp>, mail: Option<&DigestMail>) -> Result<bool> {
        let mut sets = Vec::new();
        sets.extend(next.map(|_| "digest_sk = :next"));
        sets.extend(mail.map(|_| "digest_seen = :seen"));
        let set = if sets.is_empty() { String::new() } else { format!("SET {}", sets.join(", ")) };
        let remove = if next.is_none() { " REMOVE digest_pk, digest_sk" } else { "" };
        let mut change = Expression::new(&format!("{set}{remove}"))
            .value(":version", number(before.settings.version))
            .value(":due", text(before.due.to_string()));
        if let Some(next) = next {
            change = change.value(":next", text(next.to_string()));
        }
        if let Some(mail) = mail {
            change = change.value(":seen", text(mail.seen.to_string()));
        }
        let key = settings::key(before.settings.user_id);
        let unmoved = "version = :version AND digest_sk = :due";
        let Some(mail) = mail else {
            return Ok(self.profiles.update_if(&key, change, unmoved).await?.is_some());
        };
        let transaction = self.profiles.transaction().update_if(&self.profiles, &key, change, unmoved);
        transaction.put(self.outbox.table(), row(&mail.promise)?).committed().await
    }
}

impl StoredLine {
    fn person(&self) -> Result<UserId> {
        let id: Option<UserId> = self.pk.strip_prefix("USER#").and_then(|id| id.parse().ok());
        id.ok_or_else(|| Error::internal("the digests have a key that is no person"))
    }
}

fn state(item: Item) -> Option<Result<DigestState>> {
    let due = moment(&item, INDEX.sk)?;
    let seen = moment(&item, "digest_seen").unwrap_or(due);
    Some(settings::restore(item).map(|settings| DigestState { settings, due, seen }))
}
