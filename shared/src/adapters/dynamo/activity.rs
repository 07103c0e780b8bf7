//! Who is active and for whom a list is wished, in the ops table: a partition per hour, and one of wishes.

use std::time::Duration;

use async_trait::async_trait;

use super::item::{Item, Key, expiring};
use super::range::Range;
use super::table::Table;
use crate::domain::id::UserId;
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::activity::Activity;

pub(super) const WISHED: &str = "WARM#wished";
/// Longer than whoever reads the hours looks back.
const KEPT: Duration = Duration::from_hours(HOURS);
pub(super) const HOURS: u64 = 4;

/// A thousand newcomers a second would be the limit of an hour's partition: more than are met here by far.
#[derive(Clone, Debug)]
pub struct DynamoActivity(Table);

impl DynamoActivity {
    pub fn new(ops: Table) -> Self {
        Self(ops)
    }

    async fn people(&self, range: Range) -> Result<Vec<UserId>> {
        Ok(self.0.query(range).await?.iter().filter_map(person).collect())
    }
}

#[async_trait]
impl Activity for DynamoActivity {
    async fn visited(&self, user_id: UserId) -> Result<()> {
        let now = self.0.now();
        self.0.put(expiring(visit_key(user_id, now).attributes(), now + KEPT)).await
    }

    async fn visitors(&self, time: Timestamp, limit: usize) -> Result<Vec<UserId>> {
        self.people(Range::whole(partition(time)).limit(limit)).await
    }

    async fn wished(&self, limit: usize) -> Result<Vec<UserId>> {
        // Whoever wishes may run the next warming by hand.
        self.people(Range::whole(WISHED).strong().limit(limit)).await
    }
}

pub(super) fn visit_key(user_id: UserId, time: Timestamp) -> Key {
    Key::new(partition(time), user_id.to_string())
}

pub(super) fn wish_key(user_id: UserId) -> Key {
    Key::new(WISHED, user_id.to_string())
}

/// As `ACTIVE#2026-11-25T09`.
fn partition(time: Timestamp) -> String {
    let hour: String = time.to_string().chars().take(13).collect();
    format!("ACTIVE#{hour}")
}

fn person(item: &Item) -> Option<UserId> {
    item.get("sk")?.as_s().ok()?.parse().ok()
}
