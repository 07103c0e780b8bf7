//! No server: nothing is kept outside of the process, and every process computes for itself. And no counters.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::cache::{KeyText, Tally};
use crate::domain::time::Timestamp;
use crate::error::Result;
use crate::ports::cache::{CacheStore, Claim, LeaseToken};
use crate::ports::cache_stats::CacheStats;

#[derive(Debug)]
pub struct NoStore;

#[async_trait]
impl CacheStore for NoStore {
    async fn get(&self, keys: &[KeyText]) -> Result<Vec<Option<Vec<u8>>>> {
        Ok(vec![None; keys.len()])
    }

    async fn put(&self, _: &KeyText, _: &[u8], _: Duration) -> Result<()> {
        Ok(())
    }

    async fn claim(&self, _: &KeyText, _: LeaseToken, _: Duration) -> Result<Claim> {
        Ok(Claim { is_ours: true, value: None })
    }

    async fn settle(&self, _: &KeyText, _: LeaseToken, _: Option<(&[u8], Duration)>) -> Result<()> {
        Ok(())
    }
}

/// For look-ups that nobody waits for: rates are about people.
#[derive(Debug)]
pub struct NoStats;

#[async_trait]
impl CacheStats for NoStats {
    async fn add(&self, _: &Tally) -> Result<()> {
        Ok(())
    }

    async fn read(&self, _: Timestamp) -> Result<Tally> {
        Ok(Tally::default())
    }
}
