//! Counters of limits, in the ops table.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::item::Key;
use super::table::Table;
use crate::domain::limit::{Allowance, Limit, Subject, Window};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::ambient::Ambient;
use crate::ports::limits::Limits;

/// Subjects remembered at most. Beyond it those whose window has ended are forgotten, and if none has, the table alone counts
/// whoever comes next.
const REMEMBERED: usize = 1_000;

/// Counts in the table. A subject beyond its limit is remembered until its window ends: a flood must cost the flooder,
/// not the partition that counts it.
pub struct DynamoLimits {
    ops: Table,
    ambient: Ambient,
    exceeded: Mutex<HashMap<(&'static str, Subject), Window>>,
}

impl DynamoLimits {
    pub fn new(ops: Table, ambient: Ambient) -> Self {
        Self { ops, ambient, exceeded: Mutex::default() }
    }

    fn is_exceeded(&self, limit: &'static Limit, subject: &Subject, window: Window) -> bool {
        let exceeded = self.exceeded.lock().unwrap_or_else(PoisonError::into_inner);
        exceeded.get(&(limit.name, subject.clone())) == Some(&window)
    }

    fn remember(&self, limit: &'static Limit, subject: &Subject, window: Window, now: Timestamp) {
        let mut exceeded = self.exceeded.lock().unwrap_or_else(PoisonError::into_inner);
        if exceeded.len() >= REMEMBERED {
            exceeded.retain(|_, window| window.ends_at > now);
        }
        if exceeded.len() < REMEMBERED {
            exceeded.insert((limit.name, subject.clone()), window);
        }
    }

    /// Adds to one shard, drawn at random, and takes the others to stand where this one does.
    async fn add(&self, limit: &Limit, subject: &Subject, window: Window, step: i64) -> Result<u32> {
        let shard = if limit.shards > 1 { self.ambient.below(limit.shards.into()) } else { 0 };
        let key = Key::new(format!("LIMIT#{}#{}", limit.name, subject.as_str()), format!("{}#{shard}", window.number));
        let count = self.ops.count(&key, step, window.ends_at).await?;
        let count = u32::try_from(count.max(0)).unwrap_or(u32::MAX);
        Ok(count.saturating_mul(limit.shards.into()))
    }
}

#[async_trait]
impl Limits for DynamoLimits {
    async fn take_many(&self, limit: &'static Limit, subject: &Subject, attempts: u32) -> Result<Allowance> {
        let now = self.ambient.now();
        let window = limit.window_of(subject, now);
        if self.is_exceeded(limit, subject, window) {
            return Ok(limit.allowance(u32::MAX, window, now));
        }
        let allowance = limit.allowance(self.add(limit, subject, window, attempts.into()).await?, window, now);
        if allowance.is_exceeded {
            self.remember(limit, subject, window, now);
        }
        Ok(allowance)
    }

    async fn give_back(&self, limit: &'static Limit, subject: &Subject) -> Result<()> {
        let window = limit.window_of(subject, self.ambient.now());
        self.add(limit, subject, window, -1).await.map(drop)
    }
}

impl std::fmt::Debug for DynamoLimits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DynamoLimits")
    }
}
