//! How much people care for projects: sums in the profiles table, spread so that nobody's favourite is one item, and an
//! index that lists them by their sums.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_lc_rs::digest;
use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;

use super::expression::Expression;
use super::item::{Item, Key, number, text};
use super::projects::project_in;
use super::range::{Index, Range};
use super::table::Table;
use crate::domain::hex;
use crate::domain::id::ProjectId;
use crate::domain::profile::Field;
use crate::domain::project::{Metric, Points};
use crate::domain::time::Timestamp;
use crate::error::{Error, Result};
use crate::ports::projects::{Attention, Heat};

/// A project's sum is spread over so many items, and a field's list over so many partitions.
const SHARDS: u8 = 4;
/// How many people of a day one item remembers: it stays below ten kilobytes. Beyond, a day counts nobody more.
const REMEMBERED: u32 = 1_000;
const INDEX: Index = Index { name: "heat", pk: "heat_pk", sk: "heat" };

#[derive(Clone, Debug)]
pub struct DynamoHeat(Table);

/// One event on its way into a sum.
struct Share {
    attention: Attention,
    now: Timestamp,
    shard: u8,
}

impl DynamoHeat {
    pub fn new(profiles: Table) -> Self {
        Self(profiles)
    }

    /// Adds to the sum that also remembers who was counted today; answers whether it did. Who is not remembered and yet
    /// refused met another one who began the day: they try once more.
    async fn count_once(&self, share: &Share) -> Result<bool> {
        let key = share.key(Metric::Trending);
        let another = "#day = :day AND NOT contains(seen, :token) AND size(seen) < :most";
        for _ in 0..2 {
            let add = share.add(Metric::Trending, "", " , seen :tokens").name("#day", "day");
            let add = add.value(":day", number(share.day())).value(":token", text(share.token()));
            let add = add.value(":tokens", share.tokens()).value(":most", number(REMEMBERED));
            if self.0.update_if(&key, add, another).await?.is_some() {
                return Ok(true);
            }
            let begin = share.add(Metric::Trending, ", #day = :day, seen = :tokens", "").name("#day", "day");
            let begin = begin.value(":day", number(share.day())).value(":tokens", share.tokens());
            let is_new_day = "attribute_not_exists(#day) OR #day < :day";
            if self.0.update_if(&key, begin, is_new_day).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Share {
    fn key(&self, metric: Metric) -> Key {
        let (era, shard) = (metric.era(self.now), self.shard);
        Key::new(format!("PROJECT#{}", self.attention.project_id), format!("HEAT#{}#{era}#{shard}", metric.as_str()))
    }

    /// The change that adds the event to a sum, with more to set and more to add.
    fn add(&self, metric: Metric, set: &str, add: &str) -> Expression {
        let era = metric.era(self.now);
        Expression::new(&format!("SET heat_pk = :list, expires_at = :forgotten{set} ADD heat :points{add}"))
            .value(":list", text(partition(metric, era, self.attention.field, self.shard)))
            .value(":forgotten", number(metric.forgotten_at(era).unix_seconds()))
            .value(":points", points(metric.points(self.attention.event, self.now)))
    }

    fn day(&self) -> u64 {
        self.now.unix_seconds() / 86_400
    }

    /// Stands for a person and an event for a day. It names nobody, but whoever knows an id can tell whether it is theirs.
    fn token(&self) -> String {
        let Attention { project_id, user_id, event, .. } = self.attention;
        let what = format!("{project_id} {user_id} {} {}", event.as_str(), self.day());
        hex::encode(&digest::digest(&digest::SHA256, what.as_bytes()).as_ref()[..4])
    }

    fn tokens(&self) -> AttributeValue {
        AttributeValue::Ss(vec![self.token()])
    }
}

#[async_trait]
impl Heat for DynamoHeat {
    async fn note(&self, attention: Attention) -> Result<()> {
        // Ids are random at their end, so this spreads evenly, and the same person always comes to the same item.
        let shard = attention.user_id.as_uuid().as_bytes()[15] % SHARDS;
        let event = Share { attention, now: self.0.now(), shard };
        if self.count_once(&event).await? {
            self.0.update(&event.key(Metric::Popular), event.add(Metric::Popular, "", "")).await?;
        }
        Ok(())
    }

    async fn hottest(&self, metric: Metric, field: Option<Field>, limit: usize) -> Result<Vec<(ProjectId, Points)>> {
        let now = self.0.now();
        let era = metric.era(now);
        let eras = [Some(era), era.checked_sub(1).filter(|_| metric.remembers_the_era_before(now))];
        let fields: Vec<Field> = field.map_or_else(|| Field::ALL.to_vec(), |field| vec![field]);
        let lists = eras.into_iter().flatten().flat_map(|era| {
            let shards = fields.iter().flat_map(|field| (0..SHARDS).map(|shard| (*field, shard)));
            shards.map(move |(field, shard)| (era, partition(metric, era, field, shard)))
        });
        let lists = lists.map(async |(of, list)| {
            let range = Range::whole(list).index(INDEX).newest_first().limit(limit);
            Ok::<_, Error>((of, self.0.query(range).await?))
        });
        let mut sums: HashMap<ProjectId, Points> = HashMap::new();
        for (of, lines) in try_join_all(lists).await? {
            for line in lines {
                let (project_id, points) = read(&line)?;
                let points = if of == era { points } else { Metric::joined(0, points) };
                *sums.entry(project_id).or_default() += points;
            }
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_unstable_by(|(a, more), (b, less)| less.cmp(more).then(a.cmp(b)));
        sums.truncate(limit);
        Ok(sums)
    }
}

/// A line of the index: the project, and its points in one item.
fn read(line: &Item) -> Result<(ProjectId, Points)> {
    let pk = line.get("pk").and_then(|pk| pk.as_s().ok());
    let heat = line.get(INDEX.sk).and_then(|heat| heat.as_n().ok()).and_then(|heat| heat.parse().ok());
    let (pk, heat) = pk.zip(heat).ok_or_else(|| Error::internal("the index of heat has a line that is none"))?;
    Ok((project_in(pk)?, heat))
}

fn points(points: Points) -> AttributeValue {
    AttributeValue::N(points.to_string())
}

fn partition(metric: Metric, era: u64, field: Field, shard: u8) -> String {
    format!("HEAT#{}#{era}#{}#{shard}", metric.as_str(), field.as_str())
}
