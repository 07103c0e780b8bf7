//! Counters of the cache, in the ops table: one item per hour with a number for every family and event.

use std::time::Duration;

use async_trait::async_trait;

use super::item::{Item, Key};
use super::range::Range;
use super::table::Table;
use crate::domain::cache::{Event, Family, Tally};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::cache_stats::CacheStats;

const PARTITION: &str = "CACHE#stats";
const KEPT: Duration = Duration::from_hours(48);

/// An environment writes every ten seconds at most, so a thousand busy ones write a hundred times a second to the item of
/// the hour, which takes ten times as much. More of them would want shards.
#[derive(Clone, Debug)]
pub struct DynamoCacheStats(Table);

impl DynamoCacheStats {
    pub fn new(ops: Table) -> Self {
        Self(ops)
    }
}

#[async_trait]
impl CacheStats for DynamoCacheStats {
    async fn add(&self, tally: &Tally) -> Result<()> {
        let now = self.0.now();
        let counts = tally.counts().map(|(family, event, count)| (attribute(family, event), count)).collect();
        self.0.add(&Key::new(PARTITION, hour(now)), counts, now + KEPT).await
    }

    async fn read(&self, since: Timestamp) -> Result<Tally> {
        let mut tally = Tally::default();
        for item in self.0.query(Range::between(PARTITION, hour(since), "\u{10FFFF}")).await? {
            for (family, event) in Family::ALL.into_iter().flat_map(|family| Event::ALL.map(|event| (family, event))) {
                tally.add(family, event, count(&item, &attribute(family, event)));
            }
        }
        Ok(tally)
    }
}

/// Such as `list.hits`.
fn attribute(family: Family, event: Event) -> String {
    format!("{}.{}", family.as_str(), event.as_str())
}

/// As `2026-11-25T09`, so that hours sort like times.
fn hour(time: Timestamp) -> String {
    time.to_string().chars().take(13).collect()
}

fn count(item: &Item, attribute: &str) -> u64 {
    item.get(attribute).and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok()).unwrap_or_default()
}
